using System.Globalization;
using System.Reflection;
using System.Text.Json;
using CsvHelper;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Reports;
using ScaleLab.Analysis.Tests.Figures;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Tests;

namespace ScaleLab.Analysis.Tests.Reports;

public sealed class ReportSourceTests
{
    [Fact]
    public void A_report_rebuilt_from_the_folder_is_the_same()
    {
        using var folder = Sweep();
        SweepAnalysis.Run(folder.File("results.csv")).Write(folder.Path);
        ReportWriter.Write(ReportSource.ReadFolder(folder.Path), folder.Path);
        var first = File.ReadAllBytes(folder.File("report.html"));
        ReportWriter.Write(ReportSource.ReadFolder(folder.Path), folder.Path);
        Assert.Equal(first, File.ReadAllBytes(folder.File("report.html")));
    }

    [Fact]
    public void All_that_lies_in_the_folder_is_read()
    {
        using var folder = Sweep();
        File.WriteAllText(folder.File("sweep.yaml"), "name: synthetic\n");
        File.WriteAllText(folder.File("plan.csv"), "run_key,phase,n,seconds\nlm-n15k-trunk,trunk,15104,1.5\n");
        SweepAnalysis.Run(folder.File("results.csv")).Write(folder.Path);
        var input = ReportSource.ReadFolder(folder.Path);
        Assert.Equal("synthetic", input.Title);
        Assert.Equal("tokens", input.Unit);
        Assert.Equal("name: synthetic\n", input.Spec);
        Assert.Equal(SyntheticSweep.Rows, input.Rows);
        Assert.Equal(SyntheticSweep.Curves.Count, input.Curves.Count);
        Assert.Equal(15_104, input.Sizes["lm-n15k-trunk"]);
        Assert.Equal(16, input.Analysis.Table.Observations.Count);
        Assert.Equal(["gamma", "power"], input.Analysis.Others.Select(other => other.Law));
    }

    [Fact]
    public void What_was_predicted_stands_beside_what_came_out()
    {
        using var folder = Sweep();
        SweepAnalysis.Run(folder.File("results.csv")).Write(folder.Path);
        var truth = SyntheticSweep.Truth;
        var prediction = new Prediction { Fit = "out/first/fit.json", Law = "chinchilla", Parameters = string.Join(' ', truth.Parameters.Select(p => p.ToString("R", CultureInfo.InvariantCulture))), Loss = 2, Low = 1.98, High = 2.02, Level = 0.9 };
        File.WriteAllBytes(folder.File("prediction.json"), JsonSerializer.SerializeToUtf8Bytes(prediction, ContractJson.Default.Prediction));
        var input = ReportSource.ReadFolder(folder.Path);
        var judged = JudgedPrediction.Of(input.Prediction!, input.Analysis.Table.Observations);
        Assert.Equal(16, judged.Count);
        foreach (var run in judged)
        {
            Synthetic.Close(truth.Loss(run.Run.N, run.Run.D), run.Predicted, 1e-12);
            Synthetic.Close(0.99 * run.Predicted, run.Interval!.Value.Low, 1e-12);
            Assert.Equal(Math.Abs(run.Miss) <= 0.01, run.Held);
        }

        Assert.Contains(judged, run => run.Held == false);
        ReportWriter.Write(input, folder.Path);
        var page = File.ReadAllText(folder.File("report.html"));
        Assert.Contains("<h2 id=\"prediction\">Predicted and actual</h2>", page, StringComparison.Ordinal);
        Assert.Contains("What out/first/fit.json said before these runs were trained", page, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => JudgedPrediction.Of(prediction with { Law = "tied" }, []));
    }

    [Fact]
    public void Without_a_fit_the_runs_are_fitted()
    {
        using var folder = Sweep();
        Assert.NotNull(ReportSource.ReadFolder(folder.Path).Analysis.Fit.Frontier);
    }

    [Fact]
    public void Anyones_csv_will_do()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mine.csv"), "params,tokens,loss\n" + string.Concat(SyntheticSweep.Observations.Select(o => FormattableString.Invariant($"{o.N},{o.D},{o.Loss}\n"))));
        var input = ReportSource.Read(folder.File("mine.csv"));
        Assert.Equal("mine", input.Title);
        Assert.Equal(["loss-against-compute", "isoflop", "compute-optimal", "loss-contours", "parity", "profiles", "bootstrap-cloud", "holdout-errors"], ReportWriter.Figures(input).Select(f => f.Name));
    }

    [Fact]
    public void Every_column_that_may_be_empty_may_be_missing() => Assert.All(
        typeof(ResultRow).GetProperties().Where(p => Nullable.GetUnderlyingType(p.PropertyType) is not null),
        p => Assert.True(p.GetCustomAttribute<CsvColumnAttribute>()!.Optional, $"{p.Name}: a file of an earlier version lacks it"));

    [Fact]
    public void Results_that_an_earlier_version_wrote_still_read() => Assert.All(ReportSource.ReadRows(Path.GetDirectoryName(Golden.RepositoryFile("docs/gallery/cosine/results.csv"))!), r =>
    {
        Assert.Null(r.InContextScore);
        Assert.True(r.ValLoss > 1);
    });

    [Theory]
    [InlineData("nothing", "no such folder")]
    [InlineData("empty", "no results.csv in this folder")]
    public void Where_there_are_no_results_it_says_so(string name, string message)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("empty"));
        var error = Assert.Throws<InputException>(() => ReportSource.Read(folder.File(name)));
        Assert.Equal($"{folder.File(name)}: {message}", error.Message);
    }

    [Theory]
    [InlineData("curves.csv", "run_key,step\na,1\n")]
    [InlineData("curves.csv", "run_key,step,d,c,lr,train_loss,val_loss,annealed\na,one,2,3,4,5,,0\n")]
    [InlineData("curves.csv", "")]
    [InlineData("results.csv", "run_key,n,d\n\"unclosed")]
    [InlineData("fit.json", "{")]
    [InlineData("fit.json", "{\"format\": 1}")]
    public void A_broken_file_is_one_line(string file, string content)
    {
        using var folder = Sweep();
        File.WriteAllText(folder.File(file), content);
        var error = Assert.Throws<InputException>(() => ReportSource.ReadFolder(folder.Path));
        Assert.StartsWith(folder.File(file), error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static TemporaryFolder Sweep()
    {
        var folder = new TemporaryFolder();
        using var results = File.Create(folder.File("results.csv"));
        Csv.Write(results, SyntheticSweep.Rows);
        using var curves = File.Create(folder.File("curves.csv"));
        Csv.Write(curves, SyntheticSweep.Curves);
        return folder;
    }
}
