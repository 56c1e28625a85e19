using CsCheck;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class RecoveryTests
{
    public static readonly TheoryData<string> Objectives = ["huber_log", "lad_log", "mse_log"];

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Chinchilla_is_recovered_from_losses_without_noise(string objective) => Recovers(Synthetic.Chinchilla, objective);

    [Theory]
    [MemberData(nameof(Objectives))]
    public void The_power_law_is_recovered_from_losses_without_noise(string objective) => Recovers(Synthetic.Power, objective);

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
                return fit.Status == FitStatus.Converged && law.Law.ParameterNames.All(name => Math.Abs((fit.Parameters[name] / law[name]) - 1) < 1e-5);
            },
            seed: "0000Y_TZfHR2",
            iter: 200);
    }

    [Fact]
    public void All_starts_find_the_same_minimum()
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, noise: Noise(0.003, 5)), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.Equal(6, fit.Diagnostics.Starts);
        Assert.Equal(6, fit.Diagnostics.StartsAtOptimum);
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

    [Fact]
    public void A_run_that_went_wrong_moves_a_huber_fit_far_less_than_squares()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: i => i == 7 ? 0.2 : 0);
        double Error(string objective) => Math.Abs(ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Objective = objective }).Parameters["alpha"] - 0.34);
        Assert.True(Error("huber_log") < 0.05 * Error("mse_log"));
    }

    private static void Recovers(LossSurface truth, string objective)
    {
        var fit = ParametricFit.Run(Synthetic.Grid(truth), truth.Law, Synthetic.NoBootstrap with { Objective = objective });
        Assert.Equal(FitStatus.Converged, fit.Status);
        foreach (var name in truth.Law.ParameterNames)
        {
            Synthetic.Close(truth[name], fit.Parameters[name], 1e-6);
        }
    }

    internal static Func<int, double> Noise(double deviation, ulong seed)
    {
        var normal = Synthetic.Normal(seed);
        return _ => deviation * normal();
    }
}
