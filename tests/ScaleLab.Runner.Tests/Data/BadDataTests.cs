using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

/// <summary>Whatever is wrong with a source: exit code 2, one line that says what, nothing on standard output.</summary>
public sealed class BadDataTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("""{"source": "text"}""", "source text needs 'path'")]
    [InlineData("""{"source": "text", "path": ""}""", "source text needs 'path'")]
    [InlineData("""{"source": "text", "path": "no/such.txt"}""", "no/such.txt: no such file or folder")]
    [InlineData("""{"source": "text", "path": "a\u0000b"}""", "'path' contains a NUL character")]
    [InlineData("""{"source": "text", "path": "/dev/null"}""", "/dev/null: empty")]
    [InlineData("""{"source": "text", "path": "x", "states": 3}""", "'states' belongs to source markov, not to text")]
    [InlineData("""{"source": "dotnet-docs", "path": "x"}""", "'path' belongs to source text, tokens, images, cifar10, idx, frames, not to dotnet-docs")]
    [InlineData("""{"source": "dotnet-docs", "token_bytes": 2}""", "'token_bytes' belongs to source tokens, not to dotnet-docs")]
    [InlineData("""{"source": "dotnet-docs", "vocabulary": "o200kbase"}""", "unknown vocabulary 'o200kbase'; there are 'bytes' and 'o200k_base'; did you mean 'o200k_base'?")]
    [InlineData("""{"source": "markov", "vocabulary": "bytes"}""", "'vocabulary' belongs to source dotnet-docs, text, tokens, not to markov")]
    [InlineData("""{"source": "markov", "states": 1}""", "'states' is 2 to 1024, not 1")]
    [InlineData("""{"source": "markov", "tokens": 0}""", "'tokens' is 1000 to 1000000000, not 0")]
    [InlineData("""{"source": "tokens", "path": "x"}""", "source tokens needs 'vocabulary', the number of ids")]
    [InlineData("""{"source": "tokens", "path": "x", "vocabulary": "o200k_base"}""", "source tokens needs 'vocabulary', the number of ids")]
    [InlineData("""{"source": "tokens", "path": "x", "vocabulary": "100", "token_bytes": 3}""", "'token_bytes' is 2 or 4, not 3")]
    [InlineData("""{"source": "tokens", "path": "x", "vocabulary": "100", "held_out": ""}""", "'held_out' is not a path")]
    [InlineData("""{"source": "imagery"}""", "data:1:")]
    [InlineData("""{"source": 99}""", "data: ")]
    [InlineData("""{"source": "markov", "colour": 1}""", "data:1:")]
    [InlineData("""{"path": "x"}""", "data:")]
    [InlineData("{", "data:1:")]
    [InlineData("null", "null is no source")]
    public void A_wrong_spec_is_one_line(string spec, string message) => Refuses(spec, message);

    [Fact]
    public void Text_that_is_no_text_is_refused_with_its_place()
    {
        Refuses(Text(_temporary.File("nul.txt", [.. "ab"u8, 0, .. "cd"u8])), "nul.txt: a NUL at byte 2");
        Refuses(Text(_temporary.File("latin1.txt", [.. "caf"u8, 0xE9, .. " au lait"u8])), "latin1.txt: not UTF-8 from byte 3 on");
        Refuses(Text(_temporary.File("empty.txt", [])), "empty.txt: empty");
        Refuses(Text(_temporary.File("small.txt", TextCorpusTests.Prose(160_000, 1))), "39 blocks where at least 40 are needed");
        _temporary.File("none/picture.png", [1]);
        Refuses(Text(Path.Combine(_temporary.Root, "none")), "this folder has no .txt");
    }

    [Fact]
    public void Shards_that_contradict_themselves_are_refused_with_their_place()
    {
        int[] ids = [.. TokenShardsTests.Ids(50_000)];
        Refuses(Shards("odd.bin", new byte[100_001], 2), "odd.bin: 100001 bytes are no whole number of ids of 2 bytes");
        Refuses(Shards("bare.bin", TokenFile.Pack(ids, 2)), "bare.bin:0: no header of llm.c");
        Refuses(Shards("version.bin", TokenShardsTests.Shard(20240520, 2, ids, 2)), "version.bin:0: version 2 of llm.c's header is unknown");
        Refuses(Shards("cut.bin", TokenShardsTests.Shard(20240520, 1, ids, 2)[..^10]), "cut.bin:8: the header counts 50000 ids, that is 101024 bytes, but the file has 101014 (truncated?)");
        Refuses(Shards("minus.bin", TokenShardsTests.Shard(20240520, 1, ids, 2, count: -1)), "minus.bin:8: the header counts -1 ids");
        Refuses(Shards("width.bin", TokenShardsTests.Shard(20240520, 1, ids, 2), 4), "width.bin:0: its header means ids of 2 bytes, but 'token_bytes' is 4");
        Refuses(Shards("tiny.bin", [1], 2), "tiny.bin: 1 bytes are no whole number");
        Refuses(Shards("few.bin", TokenShardsTests.Shard(20240520, 1, ids[..40_000], 2)), "the shards are too small: 40000 ids where at least 40960 are needed");
        ids[49_999] = 50_257;
        Refuses(Shards("range.bin", TokenShardsTests.Shard(20240520, 1, ids, 2)), $"range.bin:{1024 + (2 * 49_999)}: id 50257 is not below the vocabulary of 50257");
        ids[300] = -2;
        Refuses(Shards("huge.bin", TokenFile.Pack(ids, 4), 4), "huge.bin:1200: id 4294967294 is not below");
        Refuses($$"""{"source": "tokens", "path": "{{_temporary.Root}}/range.bin", "held_out": "{{_temporary.Root}}/range.bin", "vocabulary": "50257"}""", "nothing to train on beside the held-out shards");
    }

    [Fact]
    public void After_a_refusal_nothing_is_left_in_the_store()
    {
        Refuses(Text(_temporary.File("small.txt", TextCorpusTests.Prose(1_000, 1))), "too small");
        Assert.Empty(Directory.EnumerateFiles(_temporary.Store.Root, "*.bin", SearchOption.AllDirectories));
        Assert.Empty(_temporary.Store.All());
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("0123")]
    [InlineData("")]
    [InlineData("ABCDEFABCDEFABCDEFABCDEF")]
    public void A_hash_is_no_path(string hash) => Assert.Throws<InputException>(() => _temporary.Store.Find(hash));

    [Fact]
    public void The_command_wants_one_argument()
    {
        Assert.Equal(2, PrepareCommand.Run([], _temporary.Store, TextWriter.Null, TextWriter.Null));
        Assert.Equal(2, PrepareCommand.Run(["{}", "{}"], _temporary.Store, TextWriter.Null, TextWriter.Null));
    }

    private static string Text(string path) => $$"""{"source": "text", "path": {{JsonSerializer.Serialize(path)}}}""";

    private string Shards(string name, byte[] content, int? tokenBytes = null) =>
        $$"""{"source": "tokens", "path": "{{_temporary.File(name, content)}}", "vocabulary": "50257"{{(tokenBytes is { } b ? $", \"token_bytes\": {b}" : "")}}}""";

    private void Refuses(string spec, string message)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, PrepareCommand.Run([spec], _temporary.Store, output, error));
        Assert.Empty(output.ToString());
        var line = error.ToString().TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }
}
