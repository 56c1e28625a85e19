using System.Text;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

public sealed class TextCorpusTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Training_and_held_out_parts_are_the_blocks_of_the_text_each_once()
    {
        byte[] text = [.. Prose((50 * 4096) + 122, seed: 1), (byte)'\n'];
        var info = _temporary.Prepare(Spec(_temporary.File("text.txt", text)));
        var train = File.ReadAllBytes(_temporary.Store.TrainFile(info.Hash));
        var heldOut = File.ReadAllBytes(_temporary.Store.HeldOutFile(info.Hash));
        Assert.Equal(2 * 4096, heldOut.Length);
        var numbers = Enumerable.Range(0, 2).Select(b => IndexOfBlock(text, heldOut[(b * 4096)..((b + 1) * 4096)])).ToList();
        Assert.DoesNotContain(-1, numbers);
        Assert.Equal(2, numbers.Distinct().Count());
        Assert.Equal(text.Chunk(4096).Index().Where(b => !numbers.Contains(b.Index)).SelectMany(b => b.Item), train);
    }

    [Theory]
    [InlineData(40, 2)]
    [InlineData(100, 5)]
    [InlineData(1_280, 64)]
    [InlineData(3_000, 64)]
    public void At_most_one_block_in_twenty_is_held_out_and_never_more_than_64(int blocks, int heldOut) =>
        Assert.Equal(heldOut, BlockSplit.Of(blocks * 10L, 10).HeldOut.Distinct().Count());

    [Fact]
    public void A_folder_is_read_in_ordinal_order_without_hidden_files_and_binaries()
    {
        _temporary.File("docs/b.txt", Prose(100_000, seed: 2));
        _temporary.File("docs/B.md", Prose(100_000, seed: 3));
        _temporary.File("docs/sub/a.txt", "last, without a line end"u8.ToArray());
        _temporary.File("docs/.hidden.txt", Prose(100, seed: 4));
        _temporary.File("docs/image.png", [0, 1, 2]);
        File.CreateSymbolicLink(Path.Combine(_temporary.Root, "docs", "link.txt"), "/etc/hostname");
        var source = new TextFilesSource(Path.Combine(_temporary.Root, "docs"), null);
        Assert.Equal(["B.md", "b.txt", "a.txt"], source.Files.Select(f => f.Name));
        Assert.Equal("text docs", source.Origin);
    }

    [Fact]
    public void A_byte_order_mark_is_dropped_and_a_missing_last_line_end_is_added()
    {
        var text = Prose(200_000, seed: 5).AsSpan().TrimEnd((byte)'\n').ToArray();
        var plain = _temporary.Prepare(Spec(_temporary.File("plain.txt", [.. text, (byte)'\n'])));
        var marked = _temporary.Prepare(Spec(_temporary.File("marked.txt", [0xEF, 0xBB, 0xBF, .. text])));
        Assert.Equal(plain.Hash, marked.Hash);
    }

    [Fact]
    public void Copied_lines_count_as_near_duplicates_and_fresh_ones_do_not()
    {
        var fresh = _temporary.Prepare(Spec(_temporary.File("fresh.txt", Prose(400_000, seed: 6))));
        Assert.Equal(0, fresh.NearDuplicateRate);
        var half = Prose(200_000, seed: 7);
        var copied = _temporary.Prepare(Spec(_temporary.File("copied.txt", [.. half, .. Prose(4_000, seed: 8), .. half])));
        Assert.InRange(copied.NearDuplicateRate!.Value, 0.85, 1);
    }

    [Fact]
    public void Four_fifths_of_the_five_grams_make_a_near_duplicate()
    {
        // Ten words, six 5-grams. Changing the last word spoils one (5/6 ≥ 0.8), the last but one two (4/6 < 0.8).
        Assert.Equal(1, Rate("a b c d e f g h i j", "a b c d e f g h i X"));
        Assert.Equal(0, Rate("a b c d e f g h i j", "a b c d e f g h X j"));
        Assert.Equal(0.5, Rate("a b c d e f g h i j", "a b c d e f", "v w x y z", "too short to count"));
        Assert.Null(Rate("a b c d e f g h i j", "a b c d"));
    }

    [Fact]
    public void Lines_that_a_block_cuts_are_not_judged()
    {
        var duplicates = new NearDuplicates();
        duplicates.AddHeldOut("a b c d e\nf g h i j\nk l m n o"u8);
        duplicates.AddTrain("a b c d e\nk l m n o\n"u8);
        Assert.Equal(0, duplicates.Rate());
    }

    [Fact]
    public void Tiktoken_ids_decode_to_the_text_they_came_from()
    {
        var vocabulary = TextVocabulary.Named("o200k_base");
        var text = "Tokens: naïve café, 東京, 😀\n\n  indented\n"u8.ToArray();
        Assert.Equal(200_019, vocabulary.Size);
        Assert.Equal(text, vocabulary.Decode(vocabulary.Encode(text)));
        Assert.Equal("hello world"u8.ToArray().Length, vocabulary.Decode(TokenFile.Pack([24912, 2375], 4)).Length);
    }

    [Fact]
    public void A_tiktoken_corpus_knows_the_bytes_behind_its_held_out_tokens()
    {
        var text = Prose(400_000, seed: 9);
        var info = _temporary.Prepare(Spec(_temporary.File("text.txt", text)) with { Vocabulary = "o200k_base" });
        Assert.Equal(("o200k_base", 4, 1024), (info.Vocabulary, info.TokenBytes, info.BlockTokens));
        var perToken = text.Length / (double)(info.TrainTokens + info.HeldOutTokens);
        Assert.InRange(info.HeldOutBytes!.Value / (double)info.HeldOutTokens, 0.95 * perToken, 1.05 * perToken);
    }

    private static DataSpec Spec(string path) => new() { Source = DataSource.Text, Path = path };

    private static int IndexOfBlock(byte[] text, byte[] block) =>
        text.Chunk(block.Length).Index().Where(b => b.Item.AsSpan().SequenceEqual(block)).Select(b => b.Index).DefaultIfEmpty(-1).First();

    private static double? Rate(string train, params string[] heldOut)
    {
        var duplicates = new NearDuplicates();
        duplicates.AddHeldOut(Encoding.UTF8.GetBytes($"cut off\n{string.Join('\n', heldOut)}\ncut off"));
        duplicates.AddTrain(Encoding.UTF8.GetBytes(train + "\n"));
        return duplicates.Rate();
    }

    internal static byte[] Prose(int bytes, ulong seed)
    {
        var random = new SplitMix64(seed);
        var text = new StringBuilder();
        for (var word = 1; text.Length < bytes; word++)
        {
            text.Append(random.Next() % 10_000).Append(word % 12 == 0 ? '\n' : ' ');
        }

        return Encoding.UTF8.GetBytes(text.ToString(0, bytes));
    }
}
