using CsCheck;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class RecoveryTests
{
    [Theory]
    [MemberData(nameof(GradientTests.LawsAndObjectives), MemberType = typeof(GradientTests))]
    public void Every_law_is_recovered_from_losses_without_noise(string law, string objective) => Recovers(Synthetic.Grid(Synthetic.Laws[law]), Synthetic.Laws[law], objective);

    // Exponents from even to nine times one another, and as steep as 9: over so few sizes that the term does not vanish among them.
    [Theory]
    [InlineData("chinchilla", 0.3, 0.3, 2)]
    [InlineData("chinchilla", 0.62, 0.155, 2)]
    [InlineData("chinchilla", 0.9, 0.1, 2)]
    [InlineData("chinchilla", 0.1, 0.9, 2)]
    [InlineData("chinchilla", 3, 2, 1)]
    [InlineData("chinchilla", 9, 9, 0.4)]
    [InlineData("chinchilla", 9, 1, 0.4)]
    [InlineData("power", 0.9, 0.1, 2)]
    [InlineData("power", 9, 9, 0.4)]
    [InlineData("gamma", 1.8, 0.2, 2)]
    [InlineData("gamma", 9, 9, 0.4)]
    [InlineData("tied", 9, 9, 0.4)]
    [InlineData("one_variable:n", 9, 9, 0.4)]
    public void Exponents_up_to_nine_are_recovered(string law, double alpha, double beta, double decades)
    {
        var known = new Dictionary<string, double>
        {
            ["E"] = 1.7,
            ["alpha"] = alpha,
            ["beta"] = beta,
            ["A"] = 0.9 * Math.Pow(1.3e7, alpha),
            ["B"] = 0.6 * Math.Pow(7e8, beta),
            ["gamma"] = 0.5,
        };
        LossSurface truth = new(ScalingLaw.Of(law), [.. ScalingLaw.Of(law).ParameterNames.Select(name => known[name])]);
        Recovers(Synthetic.Grid(truth, decadesOfN: decades, decadesOfD: decades), truth, "huber_log");
    }

    [Fact]
    public void Any_plausible_law_is_recovered_from_losses_without_noise()
    {
        var laws = Gen.Select(Gen.Double[0.3, 3], Gen.Double[0.05, 1], Gen.Double[0.05, 1], Gen.Double[0.15, 0.7], Gen.Double[0.15, 0.7]);
        laws.Sample(
            (e, termN, termD, alpha, beta) =>
            {
                // The terms at 100M parameters and 5B tokens, so that neither drowns.
                LossSurface law = new(ScalingLaw.Of("chinchilla"), [e, termN * Math.Pow(1e8, alpha), termD * Math.Pow(5e9, beta), alpha, beta]);
                var fit = ParametricFit.Run(Synthetic.Grid(law), law.Law, Synthetic.NoBootstrap);
                return fit.Status == FitStatus.Converged && law.Law.ParameterNames.All(name => Math.Abs((fit.Parameters[name] / law[name]) - 1) < 1e-9);
            },
            seed: "0000Y_TZfHR2",
            iter: 200);
    }

    [Fact]
    public void All_starts_find_the_same_minimum()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: Noise(0.003, 5)), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.Equal(8, fit.Diagnostics.Certificate!.Starts);
        Assert.Equal(8, fit.Diagnostics.Certificate.StartsAtOptimum);
        Assert.Null(fit.Diagnostics.Certificate.SecondBasin);
    }

    [Fact]
    public void Neither_the_units_of_N_and_D_nor_those_of_the_loss_matter()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: Noise(0.01, 1));
        var scaled = table with { Observations = [.. table.Observations.Select(o => new Observation(o.Run, o.N / 1e6, o.D * 1e3, o.C, o.Loss / Math.Log(2)))] };
        var law = ScalingLaw.Of("chinchilla");
        var (one, other) = (ParametricFit.Run(table, law, Synthetic.NoBootstrap), ParametricFit.Run(scaled, law, Synthetic.NoBootstrap));
        Synthetic.Close(one.Objective.Value!.Value, other.Objective.Value!.Value, 1e-12);
        Synthetic.Close(one.Parameters["alpha"], other.Parameters["alpha"], 1e-8);
        Synthetic.Close(one.Parameters["beta"], other.Parameters["beta"], 1e-8);
        Synthetic.Close(one.Parameters["E"] / Math.Log(2), other.Parameters["E"], 1e-8);
        Synthetic.Close(one.Parameters["A"] * Math.Pow(1e-6, one.Parameters["alpha"]) / Math.Log(2), other.Parameters["A"], 1e-7);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    public void The_scale_of_the_objective_does_not_matter(int copies)
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: Noise(0.01, 2));
        var many = table with { Observations = [.. Enumerable.Repeat(table.Observations, copies).SelectMany(o => o)] };
        var law = ScalingLaw.Of("chinchilla");
        var (one, other) = (ParametricFit.Run(table, law, Synthetic.NoBootstrap), ParametricFit.Run(many, law, Synthetic.NoBootstrap));
        Synthetic.Close(copies * one.Objective.Value!.Value, other.Objective.Value!.Value, 1e-10);
        foreach (var name in law.ParameterNames)
        {
            Synthetic.Close(one.Parameters[name], other.Parameters[name], 1e-7);
        }
    }

    public static readonly TheoryData<string, double> Scales = [.. from objective in Objective.Names from scale in (double[])[1e-6, 1e-3, 1e3, 1e6] select (objective, scale)];

    // Losses in another unit, and delta with them where it is one of loss: the objective is scaled, its minimum is not.
    [Theory]
    [MemberData(nameof(Scales))]
    public void The_unit_of_the_loss_does_not_matter(string objective, double scale)
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: Noise(0.01, 6));
        var scaled = table with { Observations = [.. table.Observations.Select(o => o with { Loss = scale * o.Loss })] };
        var (law, options) = (ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Objective = objective });
        var one = ParametricFit.Run(table, law, options);
        var other = ParametricFit.Run(scaled, law, objective == "huber" ? options with { Delta = scale * options.Delta } : options);
        Synthetic.Close(one.Parameters["alpha"], other.Parameters["alpha"], 1e-7);
        Synthetic.Close(one.Parameters["beta"], other.Parameters["beta"], 1e-7);
        Synthetic.Close(scale * one.Parameters["E"], other.Parameters["E"], 1e-7);
        Synthetic.Close(scale * one.Parameters["A"], other.Parameters["A"], 1e-6);
    }

    [Fact]
    public void A_run_that_went_wrong_moves_a_huber_fit_far_less_than_squares()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: i => i == 7 ? 0.2 : 0);
        double Error(string objective) => Math.Abs(ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Objective = objective }).Parameters["alpha"] - 0.34);
        Assert.True(Error("huber_log") < 0.05 * Error("mse_log"));
    }

    private static void Recovers(ObservationTable table, LossSurface truth, string objective)
    {
        var fit = ParametricFit.Run(table, truth.Law, Synthetic.NoBootstrap with { Objective = objective });
        Assert.Equal(FitStatus.Converged, fit.Status);
        foreach (var name in truth.Law.ParameterNames)
        {
            Synthetic.Close(truth[name], fit.Parameters[name], 1e-9);
        }
    }

    internal static Func<int, double> Noise(double deviation, ulong seed)
    {
        var normal = Synthetic.Normal(seed);
        return _ => deviation * normal();
    }
}
