using System.Text.Json;
using ScaleLab.Cli.Commands;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scalelab-test-");
    private readonly StringWriter _output = new();
    private readonly List<DataSpec> _asked = [];

    private CorpusStore Store => new(Path.Combine(_folder.FullName, "store"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void An_exported_corpus_is_found_in_its_new_folder()
    {
        var info = Put('a', "dotnet-docs 10.0.12");
        Put('b', "text wiki.txt");
        var box = new CorpusStore(Path.Combine(_folder.FullName, "box"));
        Assert.Equal(0, Invoke("export", "dotnet-docs", "--out", box.Root));
        Assert.Equal(info, box.Find(info.Hash));
        Assert.Equal(box.Folder(info.Hash) + "\n", _output.ToString());
        Assert.Equal(0, Invoke("export", "aaaaaaaa", "--out", box.Root));
        Assert.Equal(0, Invoke("export", "text wiki.txt", "--out", box.Root));
        Assert.Equal(2, box.All().Count());
    }

    [Fact]
    public void A_name_must_mean_one_corpus()
    {
        Put('a', "text a.txt");
        Put('b', "text b.txt");
        Assert.Contains("'text' names 2 corpora", Refused("export", "text", "--out", _folder.FullName), StringComparison.Ordinal);
        Assert.Contains("holds no corpus '../../etc'", Refused("export", "../../etc", "--out", _folder.FullName), StringComparison.Ordinal);
    }

    [Fact]
    public void List_prints_a_line_for_each_corpus()
    {
        Put('a', "text a.txt");
        var b = Put('b', "text b.txt");
        Assert.Equal(0, Invoke("list", "--json"));
        var lines = _output.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal(b, JsonSerializer.Deserialize(lines[1], ContractJson.Default.CorpusInfo));
    }

    [Fact]
    public void Prepare_asks_for_what_the_options_say()
    {
        Assert.Equal(0, Invoke("prepare", "markov", "--states", "8", "--tokens", "10k", "--seed", "3"));
        Assert.Equal(0, Invoke("prepare", "tokens", "--path", "/data/shards", "--vocabulary", "50257", "--token-bytes", "2"));
        Assert.Equal(0, Invoke("prepare", "frames", "--path", "/data/videos", "--size", "32", "--frames", "4", "--held-out-images", "100"));
        Assert.Equal(
            [
                new DataSpec { Source = DataSource.Markov, States = 8, Tokens = 10_000, Seed = 3 },
                new DataSpec { Source = DataSource.Tokens, Path = "/data/shards", Vocabulary = "50257", TokenBytes = 2 },
                new DataSpec { Source = DataSource.Frames, Path = "/data/videos", Size = 32, Frames = 4, HeldOutImages = 100 },
            ],
            _asked);
    }

    [Theory]
    [InlineData("unknown source 'dotnetdocs'; there are dotnet-docs, text, tokens, markov, images, cifar10, idx, frames, shape-leaves, moving-shapes, gaussian-field, random-hierarchy, counterfactual-grammar, repeats; did you mean 'dotnet-docs'?", "dotnetdocs")]
    [InlineData("--tokens many: not a number of tokens", "markov", "--tokens", "many")]
    [InlineData("'states' belongs to source markov, not to text", "text", "--path", "x", "--states", "3")]
    [InlineData("source text needs 'path'", "text")]
    [InlineData("source images needs 'size'", "images", "--path", "x")]
    [InlineData("'frames' belongs to source frames, moving-shapes, not to shape-leaves", "shape-leaves", "--frames", "8")]
    [InlineData("'size' is 8 to 1024, not 4", "shape-leaves", "--size", "4")]
    public void A_wrong_option_is_refused_before_anything_starts(string message, params string[] arguments)
    {
        Assert.Contains(message, Refused(["prepare", .. arguments]), StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    private string Refused(params string[] arguments) => Assert.Throws<InputException>(() => Invoke(arguments)).Message;

    private int Invoke(params string[] arguments)
    {
        var command = new DataCommand(_output, Store, (spec, _) =>
        {
            _asked.Add(spec);
            return Task.FromResult(Info('c', spec.Source.ToString()));
        });
        return command.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
    }

    private CorpusInfo Put(char digit, string origin)
    {
        var info = Info(digit, origin);
        Directory.CreateDirectory(Store.Folder(info.Hash));
        File.WriteAllBytes(Store.TrainFile(info.Hash), new byte[100]);
        File.WriteAllBytes(Store.HeldOutFile(info.Hash), new byte[20]);
        File.WriteAllText(Path.Combine(Store.Folder(info.Hash), CorpusStore.InfoName), JsonSerializer.Serialize(info, ContractJson.Default.CorpusInfo));
        return info;
    }

    private static CorpusInfo Info(char digit, string origin) => new()
    {
        Hash = new string(digit, 64),
        Origin = origin,
        Vocabulary = "bytes",
        VocabularySize = 256,
        TokenBytes = 1,
        TrainTokens = 100,
        HeldOutTokens = 20,
        BlockTokens = 10,
    };
}
