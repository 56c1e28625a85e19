using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Of_many_that_create_one_file_at_once_one_succeeds()
    {
        const int callers = 4;
        using var start = new Barrier(callers);
        var created = new int[500];
        var threads = Enumerable.Range(0, callers).Select(k => new Thread(() => CreateAll((byte)k))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.All(created, c => Assert.Equal(1, c));
        Assert.Equal(created.Length, Directory.GetFiles(_root).Length);

        void CreateAll(byte caller)
        {
            for (var i = 0; i < created.Length; i++)
            {
                start.SignalAndWait();
                if (AtomicFile.TryCreate(Path.Combine(_root, $"{i}"), [caller]))
                {
                    Interlocked.Increment(ref created[i]);
                }
            }
        }
    }

    [Fact]
    public void An_error_is_told_as_what_it_is()
    {
        var error = Assert.Throws<IOException>(() => AtomicFile.TryCreateFolder(Path.Combine(_root, "no", "such")));
        Assert.EndsWith("no/such: No such file or directory", error.Message, StringComparison.Ordinal);
    }
}
