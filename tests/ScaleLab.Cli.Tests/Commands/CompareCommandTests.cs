using System.Text.Json;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_sweeps_are_told_apart_by_the_compute_that_they_need()
    {
        var (code, output, error) = await Scalelab.Run("compare", Sweep("base", 1), Sweep("better", 2), "--bootstrap", "100");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("effective compute: what better needs for the val_loss of base (chinchilla, one floor E for both)", output, StringComparison.Ordinal);
        Assert.Contains("36 clusters of one seed, N and D were drawn alike in both", output, StringComparison.Ordinal);
        Assert.Matches(@"\d\.\d\de\+\d+ +\d\.\d+ +\d\.\d\de\+\d+ +(1\.9|2)", output);
    }

    [Fact]
    public async Task As_JSON_the_ratio_stands_beside_what_was_asked_for()
    {
        var (code, output, error) = await Scalelab.Run("compare", Sweep("base", 1), Sweep("better", 2), "--bootstrap", "100", "--loss", "2.6", "--floor", "own", "--json");
        Assert.Equal((0, ""), (code, error));
        var measure = JsonDocument.Parse(output).RootElement.GetProperty("measures")[0];
        Assert.Equal("val_loss", measure.GetProperty("column").GetString());
        var pair = measure.GetProperty("effective_compute")[0];
        Assert.Equal(("base", "better", "own"), (pair.GetProperty("reference").GetString(), pair.GetProperty("sweep").GetString(), pair.GetProperty("floor").GetString()));
        var at = Assert.Single(pair.GetProperty("at").EnumerateArray());
        Assert.Equal(2.6, at.GetProperty("loss").GetDouble());
        Assert.InRange(at.GetProperty("ratio").GetDouble(), 1.9, 2.1);
        Assert.Equal(2, at.GetProperty("interval").GetArrayLength());
    }

    [Fact]
    public async Task Runs_too_few_for_a_law_are_compared_all_the_same_and_the_law_is_refused()
    {
        var (code, output, _) = await Scalelab.Run("compare", Sweep("base", 1, sizes: 2), Sweep("better", 2, sizes: 2));
        Assert.Equal(0, code);
        Assert.Contains("effective compute of better against base: refused: the first sweep's law has no frontier: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_comparison_and_the_effective_compute_are_drawn()
    {
        var figures = Path.Combine(_folder, "figures");
        var (code, output, error) = await Scalelab.Run("compare", Sweep("base", 1), Sweep("better", 2), "--bootstrap", "100", "--out", figures, "--format", "svg");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal([Path.Combine(figures, "comparison.svg"), Path.Combine(figures, "effective-compute.svg")], output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^2..]);
        Assert.Equal(2, Directory.GetFiles(figures).Length);
    }

    [Theory]
    [InlineData("--floor", "none")]
    [InlineData("--law", "chinchila")]
    [InlineData("--level", "1.5")]
    [InlineData("--loss", "0")]
    [InlineData("--loss", "1.2")]
    [InlineData("--bootstrap", "3")]
    public async Task What_cannot_be_compared_is_one_line_and_exit_code_2(params string[] args)
    {
        var (code, _, error) = await Scalelab.Run(["compare", Sweep("base", 1), Sweep("better", 2), .. args]);
        Assert.Equal(2, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // Every parameter and token worth the root of so much more.
    private string Sweep(string name, double worth, int sizes = 6)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var rows = from i in Enumerable.Range(0, sizes)
                   from j in Enumerable.Range(0, 6)
                   let n = (long)(1e7 * Math.Pow(10, i * 0.4))
                   let d = (long)(5e8 * Math.Pow(10, j * 0.4))
                   let noise = 0.002 * Math.Sin((7 * i) + (3 * j) + worth)
                   let root = Math.Sqrt(worth)
                   select Row(name, n, d, (1.7 + (400 / Math.Pow(root * n, 0.34)) + (410 / Math.Pow(root * d, 0.28))) * Math.Exp(noise));
        using var file = File.Create(Path.Combine(folder, "results.csv"));
        Csv.Write(file, rows);
        return folder;
    }

    private static ResultRow Row(string sweep, long n, long d, double loss) => new()
    {
        RunKey = $"{sweep}-{n}-{d}",
        Sweep = sweep,
        Model = "lm",
        Status = "ok",
        N = n,
        NNonEmbedding = n,
        NEmbedding = 0,
        NHead = 0,
        D = d,
        UniqueD = d,
        Epochs = 1,
        C = 6.0 * n * d,
        C6nd = 6.0 * n * d,
        CSpent = 6.0 * n * d,
        Width = 1,
        Depth = 1,
        Heads = 1,
        Batch = 1,
        Steps = 1,
        Lr = 1e-3,
        Schedule = "cosine",
        Seed = 0,
        ValLoss = loss,
    };
}
