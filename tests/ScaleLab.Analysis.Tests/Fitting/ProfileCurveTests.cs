using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class ProfileCurveTests
{
    private static readonly double[] Noise = [.011, -.004, .007, -.013, .002, .009, -.008, -.003, .006, -.007];

    [Fact]
    public void A_power_law_in_one_variable_has_the_profile_of_a_regression()
    {
        // ln L = ln A − α·ln C: the deviance of a slope is n·ln(1 + t²/(n − 2)).
        var runs = Noise.Select((r, i) => new Observation($"{i}", 1e6, 1e9, Math.Pow(10, 15 + (.4 * i)), 3 * Math.Pow(10, -.05 * .4 * i) * Math.Exp(r))).ToList();
        var table = new ObservationTable("test", runs, [], "each row");
        var fit = ParametricFit.Run(table, ScalingLaw.Of("one_variable:c:none"), new() { Objective = "mse_log", Bootstrap = 0 });
        var curve = ProfileCurve.Of(table, fit).Single(c => c.Parameter == "alpha");
        var (x, y) = (runs.Select(r => Math.Log(r.C)).ToList(), runs.Select(r => Math.Log(r.Loss)).ToList());
        var (meanX, meanY) = (x.Average(), y.Average());
        var sxx = x.Sum(v => (v - meanX) * (v - meanX));
        var slope = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / sxx;
        var squares = x.Zip(y, (a, b) => Math.Pow(b - meanY - (slope * (a - meanX)), 2)).Sum();
        double Deviance(double alpha) => runs.Count * Math.Log(1 + (Math.Pow(alpha + slope, 2) * sxx / squares));
        Assert.Equal(-slope, curve.Estimate, 1e-9);
        Assert.All(curve.Points, p => Assert.Equal(Deviance(p.Value), p.Deviance, 1e-6));
        Assert.Equal(3.841, curve.Limit, .001);
        Assert.Equal(curve.Limit, Deviance(curve.Low!.Value), .02);
        Assert.Equal(curve.Limit, Deviance(curve.High!.Value), .02);
    }

    [Fact]
    public void A_side_without_a_limit_is_one_that_the_verdict_calls_open()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 7));
        var fit = ParametricFit.Run(table, new ChinchillaLaw(), new() { Bootstrap = 0 });
        var curves = ProfileCurve.Of(table, fit);
        Assert.Equal(fit.Parameters.Keys, curves.Select(c => c.Parameter));
        Assert.All(curves, c =>
        {
            Assert.Equal(c.Low is null, fit.Identified[c.Parameter] is Identified.OpenBelow or Identified.No);
            Assert.Equal(c.High is null, fit.Identified[c.Parameter] is Identified.OpenAbove or Identified.No);
            Assert.Equal(fit.Parameters[c.Parameter], c.Estimate, 1e-6 * c.Estimate);
            Assert.Equal(c.Points.OrderBy(p => p.Value), c.Points);
            Assert.True(c.Points.All(p => p.Deviance > -1e-6));
        });
    }

    // A fit moves products of these parameters with gamma (kaplan: with the exponents), and a profile of a product would wander while the others are refitted.
    [Theory]
    [InlineData("gamma", "alpha", false)]
    [InlineData("gamma", "beta", false)]
    [InlineData("gamma", "A", true)]
    [InlineData("kaplan", "alpha_N", false)]
    [InlineData("kaplan", "N_c", true)]
    public void A_profile_holds_the_parameter_itself(string law, string parameter, bool isScale)
    {
        var table = Synthetic.Grid(Synthetic.Laws[law], noise: RecoveryTests.Noise(0.01, 11));
        var fit = ParametricFit.Run(table, ScalingLaw.Of(law), new() { Objective = "mse_log", Bootstrap = 0 });
        var curve = ProfileCurve.Of(table, fit).Single(c => c.Parameter == parameter);
        var places = curve.Points.Where(p => p.Value >= curve.Estimate).Select(p => isScale ? Math.Log(p.Value) : p.Value).ToList();
        var step = (places[^1] - places[0]) / (places.Count - 1);
        Assert.True(places.Count > 10 && step > 0);
        Assert.All(places.Index(), p => Assert.Equal(places[0] + (p.Index * step), p.Item, 1e-6 * Math.Abs(step)));
        Assert.All(curve.Points, p => Assert.True(p.Deviance > -1e-6));
    }

    [Fact]
    public void What_was_put_together_or_refused_has_no_profile()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 7));
        Assert.Empty(ProfileCurve.Of(table, AutoFit.Run(table, new() { Bootstrap = 0 })));
        Assert.Empty(ProfileCurve.Of(table with { Observations = [] }, Figures.SyntheticSweep.Refused));
    }
}
