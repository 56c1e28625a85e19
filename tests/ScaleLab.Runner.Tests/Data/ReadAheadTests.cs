using ScaleLab.Runner.Data;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Data;

public sealed class ReadAheadTests : TorchTests
{
    [Fact]
    public void What_was_foreseen_is_read_once_and_what_was_not_is_read_anew()
    {
        var read = new List<(long, int)>();
        using var scope = NewDisposeScope();
        using var reader = new ReadAhead(
            (first, count) =>
            {
                lock (read)
                {
                    read.Add((first, count));
                }

                return [tensor(Enumerable.Range((int)first, count).Select(i => (long)i).ToArray())];
            },
            ahead: true);
        Assert.Equal([0, 1, 2], Numbers(reader.Read(0, 3, (3, 3))));
        Assert.Equal([3, 4, 5], Numbers(reader.Read(3, 3, (6, 3))));
        Assert.Equal([6, 7], Numbers(reader.Read(6, 2, null)));
        Assert.Equal([(0, 3), (3, 3), (6, 3), (6, 2)], read);
    }

    [Fact]
    public void A_reader_that_fails_on_its_own_thread_fails_where_its_data_are_wanted()
    {
        using var reader = new ReadAhead((first, _) => first == 0 ? [] : throw new IOException("gone"), ahead: true);
        reader.Read(0, 1, (1, 1));
        Assert.Equal("gone", Assert.Throws<IOException>(() => reader.Read(1, 1, null)).Message);
    }

    private static long[] Numbers(Tensor[] batch) => Assert.Single(batch).data<long>().ToArray();
}
