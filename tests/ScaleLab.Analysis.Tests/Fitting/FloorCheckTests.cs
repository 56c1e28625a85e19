using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Tests.Figures;
using ScaleLab.Analysis.Tests.Reports;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class FloorCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1.15, 1.25, true, "holds it.")]
    [InlineData(1.2, 1.3, true, "holds it.")]
    [InlineData(1.21, 1.3, false, "does not hold it. So this law does not describe")]
    public void An_interval_holds_the_floor_or_does_not(double low, double high, bool holds, string words)
    {
        var check = Check(SyntheticSweep.Fit() with { Intervals = new(.95, "pairs", 8) { Bounds = new Dictionary<string, Interval> { ["E"] = new(low, high) } } });
        Assert.Equal(holds, check.Holds);
        Assert.Contains(words, check.Words, StringComparison.Ordinal);
        Assert.StartsWith("The least possible loss is known here: 1.2 on these held-out samples. E = 1.2 misses it by 0.0 %; its 95 % interval", check.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_interval_a_far_estimate_is_said_to_be_far()
    {
        var fit = SyntheticSweep.Fit(intervals: false);
        Assert.Null(Check(fit).Holds);
        Assert.EndsWith("has no interval that could hold it.", Check(fit).Words, StringComparison.Ordinal);
        var far = Check(fit with { Parameters = new Dictionary<string, double>(fit.Parameters) { ["E"] = 0.9 } });
        Assert.Contains("misses it by −25.0 %", far.Words, StringComparison.Ordinal);
        Assert.Contains("does not describe", far.Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.17, "holds it.")]
    [InlineData(1.0, "holds it. It is too wide to tell")]
    public void A_far_estimate_whose_interval_holds_the_floor_is_said_to_tell_nothing(double estimate, string words)
    {
        var fit = SyntheticSweep.Fit() with { Intervals = new(.95, "pairs", 8) { Bounds = new Dictionary<string, Interval> { ["E"] = new(0.5, 1.25) } } };
        var check = Check(fit with { Parameters = new Dictionary<string, double>(fit.Parameters) { ["E"] = estimate } });
        Assert.Contains(words, check.Words, StringComparison.Ordinal);
        Assert.Equal(estimate < 1.1, check.Words.Contains("too wide", StringComparison.Ordinal));
    }

    [Fact]
    public void A_floor_that_differs_between_runs_is_none() =>
        Assert.Null(Table(i => i == 3 ? 1.3 : 1.2).Floor);

    [Fact]
    public void The_floor_is_that_of_val_loss_alone()
    {
        var file = Path.Combine(_folder.Path, "results.csv");
        File.WriteAllText(file, "n,d,val_loss,probe_error,loss_floor,regret\n1e6,1e7,2,0.5,1.2,0.8\n2e6,1e7,1.9,0.4,1.2,0.7\n");
        Assert.Equal(1.2, ObservationFile.Read(file).Floor);
        Assert.Null(ObservationFile.Read(file, new ColumnOptions { Loss = "regret" }).Floor);
        Assert.Null(ObservationFile.Read(file, new ColumnOptions { Loss = "probe_error" }).Floor);
    }

    private static FloorCheck Check(Fit fit) => FloorCheck.Of(Table(_ => 1.2), fit)!;

    private static ObservationTable Table(Func<int, double> floor) => Synthetic.Table(SyntheticSweep.Observations.Select((o, i) => o with { Floor = floor(i) }));
}
