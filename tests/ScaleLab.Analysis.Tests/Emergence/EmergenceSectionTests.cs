using ScaleLab.Analysis.Emergence;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Reports;
using ScaleLab.Analysis.Tests.Quality;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Tests.Emergence;

public sealed class EmergenceSectionTests
{
    [Fact]
    public void What_a_threshold_makes_sudden_is_not_said_to_emerge()
    {
        var verdict = Assert.Single(Verdicts(smooth: true));
        Assert.Contains("repeat_accuracy breaks at C", verdict, StringComparison.Ordinal);
        Assert.Contains("repeat_loss, which measures the same without a threshold, does not", verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("emerges", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void What_breaks_without_a_threshold_too_is_said_to_emerge_with_both_p_values()
    {
        var verdicts = Verdicts(smooth: false).ToList();
        Assert.Equal(2, verdicts.Count);
        Assert.Matches("^repeat_accuracy emerges at C = .* \\(p = 0\\.0.*, and repeat_loss, which has no threshold, breaks too, at .* \\(p = 0\\.0", verdicts[0]);
        Assert.StartsWith("repeat_loss emerges at C", verdicts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Few_scales_say_nothing() =>
        Assert.StartsWith("Too few scales", Assert.Single(EmergenceSection.Verdicts(EmergenceAnalysis.Of(Rows(smooth: false).Take(4)))), StringComparison.Ordinal);

    [Fact]
    public void A_sweep_without_metrics_has_no_section_and_no_figure() => Assert.Empty(EmergenceAnalysis.Of([VisionRow.At(1, 1)]).Families);

    [Fact]
    public void Every_metric_has_a_companion_that_exists_and_has_no_threshold_itself()
    {
        var all = EmergentMetric.Families.SelectMany(f => f.Metrics).ToList();
        Assert.All(all.Where(m => m.Companion is not null), m => Assert.Null(Assert.Single(all, c => c.Column == m.Companion).Companion));
    }

    [Fact]
    public void A_figure_is_drawn_with_a_row_for_each_metric()
    {
        var analysis = EmergenceAnalysis.Of(Rows(smooth: false));
        var (family, title, curves) = Assert.Single(analysis.Families);
        var figure = new EmergenceCurves(family, title, curves, "tokens");
        Assert.Equal("emergence-induction", figure.Name);
        Assert.Contains("Their loss (nats)", figure.Draw(new()).Svg("x", "y"), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Verdicts(bool smooth) => EmergenceSection.Verdicts(EmergenceAnalysis.Of(Rows(smooth)));

    // One size, sixteen amounts of compute; the accuracy jumps at 10⁹·⁵, the loss falls evenly or with it.
    private static IEnumerable<ResultRow> Rows(bool smooth)
    {
        var random = new Random(1);
        for (var i = 0; i < 16; i++)
        {
            var u = 8 + (3.0 * i / 15);
            double Noise() => 0.01 * (random.NextDouble() - 0.5);
            yield return VisionRow.At(Math.Pow(10, u), 1, "lm") with
            {
                ProbeError = null,
                KnnError = null,
                RepeatAccuracy = (u > 9.5 ? 0.8 : 0.05) + Noise(),
                RepeatLoss = (smooth ? 5 - (0.5 * (u - 8)) : u > 9.5 ? 1 : 4) + Noise(),
            };
        }
    }
}
