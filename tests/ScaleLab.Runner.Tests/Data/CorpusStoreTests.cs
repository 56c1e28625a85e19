using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class CorpusStoreTests : IDisposable
{
    private static readonly DataSpec Spec = new() { Source = DataSource.Markov, States = 4, Tokens = 2_000 };

    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_source_is_prepared_once_and_then_found()
    {
        var text = _temporary.File("t.txt", TextCorpusTests.Prose(200_000, 1));
        var spec = new DataSpec { Source = DataSource.Text, Path = text };
        var info = _temporary.Prepare(spec);
        Assert.NotEmpty(_temporary.Progress);
        _temporary.Progress.Clear();
        Assert.Equal(info, _temporary.Prepare(spec));
        Assert.Empty(_temporary.Progress);
    }

    [Fact]
    public void A_changed_file_is_another_corpus()
    {
        var text = _temporary.File("t.txt", TextCorpusTests.Prose(200_000, 1));
        var spec = new DataSpec { Source = DataSource.Text, Path = text };
        var before = _temporary.Prepare(spec);
        _temporary.File("t.txt", TextCorpusTests.Prose(200_000, 2));
        File.SetLastWriteTimeUtc(text, DateTime.UnixEpoch);
        Assert.NotEqual(before.Hash, _temporary.Prepare(spec).Hash);
        Assert.Equal(2, _temporary.Store.All().Count());
    }

    [Fact]
    public void Leftovers_of_a_killed_preparation_do_not_matter()
    {
        var hash = _temporary.Prepare(Spec).Hash;
        var source = Directory.EnumerateFiles(Path.Combine(_temporary.Store.Root, "sources"), "*.lock").Single();
        var identity = Path.GetFileNameWithoutExtension(source);
        Directory.Delete(_temporary.Store.Folder(hash), recursive: true);
        File.WriteAllText(source[..^".lock".Length], "torn");
        _temporary.File($"store/aside/{identity}/{CorpusStore.TrainName}", [1, 2, 3]);
        Assert.Equal(hash, _temporary.Prepare(Spec).Hash);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_temporary.Store.Root, "aside")));
    }

    [Fact]
    public async Task Concurrent_callers_get_one_corpus()
    {
        var infos = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => new CorpusPreparer(_temporary.Store, _ => { }, "").Prepare(Spec))));
        Assert.Single(infos.Distinct());
        Assert.Single(_temporary.Store.All());
    }

    [Fact]
    public async Task A_second_process_waits_for_the_lock_and_then_goes_on()
    {
        var file = Path.Combine(_temporary.Root, "lock");
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = DiskSync.Lock(file, () => Assert.Fail("nobody holds it"));
        var second = Task.Run(() => DiskSync.Lock(file, waiting.SetResult));
        Assert.Same(waiting.Task, await Task.WhenAny(waiting.Task, second));
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void A_damaged_corpus_is_named_with_what_is_wrong()
    {
        var hash = _temporary.Prepare(Spec).Hash;
        var folder = _temporary.Store.Folder(hash);
        var sidecar = File.ReadAllText(Path.Combine(folder, CorpusStore.InfoName));

        File.AppendAllText(_temporary.Store.TrainFile(hash), "x");
        Damaged("train.bin has 2001 bytes where corpus.json says 2000");
        File.Delete(_temporary.Store.TrainFile(hash));
        Damaged("train.bin is missing");
        Sidecar("\"token_bytes\": 1", "\"token_bytes\": 3");
        Damaged("3 bytes to a token");
        Sidecar("\"block_tokens\": 512", "\"block_tokens\": 500");
        Damaged("32768 held-out tokens in blocks of 500");
        Sidecar("\"train_tokens\": 2000", "\"train_tokens\": -1");
        Damaged("-1 training tokens");
        Sidecar(hash, new string('0', 64));
        Damaged("corpus.json names another hash");
        Sidecar("\"format\": 1", "\"format\": 2");
        Damaged("format 2 is unknown");
        Sidecar("{", "[");
        Damaged("corpus.json:1:");

        void Sidecar(string from, string to) => File.WriteAllText(Path.Combine(folder, CorpusStore.InfoName), sidecar.Replace(from, to, StringComparison.Ordinal));
        void Damaged(string message)
        {
            Assert.Contains(message, Assert.Throws<InputException>(() => new TokenCorpus(_temporary.Store, hash)).Message, StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<InputException>(() => _temporary.Prepare(Spec)).Message, StringComparison.Ordinal);
        }
    }
}
