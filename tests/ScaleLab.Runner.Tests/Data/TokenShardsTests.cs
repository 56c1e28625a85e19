using System.Buffers.Binary;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class TokenShardsTests : IDisposable
{
    private const int Vocabulary = 50_257;

    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_same_ids_are_the_same_corpus_however_they_are_stored()
    {
        var ids = Ids(60_000);
        var hashes = new[]
        {
            Prepare(_temporary.File("nanogpt16.bin", TokenFile.Pack(ids, 2)), tokenBytes: 2),
            Prepare(_temporary.File("nanogpt32.bin", TokenFile.Pack(ids, 4)), tokenBytes: 4),
            Prepare(_temporary.File("llmc.bin", Shard(20240520, 1, ids, 2))),
            Prepare(_temporary.File("llama.bin", Shard(20240801, 7, ids, 4))),
        }.Select(i => i.Hash);
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void Shards_follow_each_other_and_the_end_of_the_last_is_held_out()
    {
        var ids = Ids(100_000);
        _temporary.File("shards/a_000.bin", Shard(20240520, 1, ids[..30_000], 2));
        _temporary.File("shards/a_001.bin", Shard(20240520, 1, ids[30_000..], 2));
        var info = Prepare(Path.Combine(_temporary.Root, "shards"));
        Assert.Equal((4 * 1024, 100_000 - (4 * 1024)), (info.HeldOutTokens, info.TrainTokens));
        Assert.Equal(ids[..^4096], Train(info));
        Assert.Equal(Blocks(ids[^4096..]).Order(), Blocks(HeldOut(info)).Order());
    }

    [Fact]
    public void Any_number_of_held_out_blocks_is_a_fair_sample_of_them()
    {
        var val = Ids(64 * 1024);
        _temporary.File("data/train.bin", Shard(20240520, 1, Ids(10_000), 2));
        _temporary.File("data/val_0.bin", Shard(20240520, 1, val[..20_000], 2));
        _temporary.File("data/val_1.bin", Shard(20240520, 1, val[20_000..], 2));
        var (stored, there) = (Blocks(HeldOut(Prepare(Path.Combine(_temporary.Root, "data")))), Blocks(val));
        Assert.Equal(there.Order(), stored.Order());
        Assert.InRange(stored.Take(16).Average(b => there.IndexOf(b)), 20, 43); // in the order of the files 7.5
    }

    [Theory]
    [InlineData("test.bin", "retrieval_0.bin")]
    [InlineData("corpus-validation.bin", "interval.bin")]
    [InlineData("fineweb_VAL_000000.bin", "latest.bin")]
    public void A_shard_is_held_out_by_a_word_of_its_name_and_not_by_part_of_one(string heldOut, string trained)
    {
        var (train, val) = (Ids(10_000), Ids(4_096));
        _temporary.File($"data/{trained}", Shard(20240520, 1, train, 2));
        _temporary.File($"data/{heldOut}", Shard(20240520, 1, val, 2));
        Assert.Equal(train, Train(Prepare(Path.Combine(_temporary.Root, "data"))));
    }

    [Fact]
    public void Shards_named_val_are_held_out_whole()
    {
        var (train, val) = (Ids(10_000), Ids(5_000));
        _temporary.File("data/fineweb_train_000001.bin", Shard(20240520, 1, train, 2));
        _temporary.File("data/fineweb_val_000000.bin", Shard(20240520, 1, val, 2));
        var info = Prepare(Path.Combine(_temporary.Root, "data"));
        Assert.Equal(train, Train(info));
        Assert.Equal(Blocks(val[..4096]).Order(), Blocks(HeldOut(info)).Order());
    }

    [Fact]
    public void The_held_out_shard_may_be_named()
    {
        var (train, held) = (Ids(10_000), Ids(3_000));
        var info = _temporary.Prepare(Spec(_temporary.File("t.bin", TokenFile.Pack(train, 2)), 2) with { HeldOut = _temporary.File("h.bin", TokenFile.Pack(held, 2)) });
        Assert.Equal(train, Train(info));
        Assert.Equal(Blocks(held[..2048]).Order(), Blocks(HeldOut(info)).Order());
    }

    internal static byte[] Shard(int magic, int version, int[] ids, int width, int? count = null)
    {
        var header = new byte[1024];
        BinaryPrimitives.WriteInt32LittleEndian(header, magic);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), count ?? ids.Length);
        return [.. header, .. TokenFile.Pack(ids, width)];
    }

    internal static int[] Ids(int count)
    {
        var random = new SplitMix64((ulong)count);
        return [.. Enumerable.Range(0, count).Select(_ => (int)(random.Next() % Vocabulary))];
    }

    private static DataSpec Spec(string path, int? tokenBytes) => new() { Source = DataSource.Tokens, Path = path, Vocabulary = "50257", TokenBytes = tokenBytes };

    private CorpusInfo Prepare(string path, int? tokenBytes = null) => _temporary.Prepare(Spec(path, tokenBytes));

    private int[] Train(CorpusInfo info) => TokenFile.Unpack(File.ReadAllBytes(_temporary.Store.TrainFile(info.Hash)), info.TokenBytes);

    private int[] HeldOut(CorpusInfo info) => TokenFile.Unpack(File.ReadAllBytes(_temporary.Store.HeldOutFile(info.Hash)), info.TokenBytes);

    // As texts, which compare.
    private static List<string> Blocks(int[] ids) => [.. ids.Chunk(1024).Select(b => string.Join(' ', b))];
}
