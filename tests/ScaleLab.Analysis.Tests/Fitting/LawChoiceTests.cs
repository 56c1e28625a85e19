using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class LawChoiceTests
{
    [Fact]
    public void Each_fold_is_fitted_below_the_compute_that_it_is_scored_on()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.003, 51));
        var choice = LawChoice.Of(table);
        Assert.Equal(4, choice.Folds.Count);
        Assert.All(choice.Folds, fold =>
        {
            Assert.Equal(36, fold.Train + fold.Test);
            Assert.Equal(fold.Train, table.Observations.Count(o => o.C <= fold.TrainCompute));
            Assert.Equal(table.Observations.Max(o => o.C), fold.TestCompute);
        });
    }

    [Fact]
    public void Runs_of_one_budget_are_never_torn_apart()
    {
        var grid = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.003, 52));
        var budgets = grid with { Observations = [.. grid.Observations.Select(o => o with { C = Math.Pow(10, Math.Round(Math.Log10(o.C))) })] };
        Assert.All(LawChoice.Of(budgets).Folds, fold => Assert.Equal(fold.Train, budgets.Observations.Count(o => o.C <= fold.TrainCompute)));
    }

    [Theory]
    [InlineData("chinchilla")]
    [InlineData("gamma")]
    [InlineData("power")]
    public void Of_losses_without_noise_the_law_that_made_them_has_no_error(string law)
    {
        var choice = LawChoice.Of(Synthetic.Grid(Synthetic.Laws[law]));
        Assert.InRange(choice.Errors[law], 0, 1e-9);
        Assert.InRange(choice.Errors["kaplan"], 1e-4, 1);
    }

    [Fact]
    public void Too_few_runs_give_no_folds_and_the_refusal_of_the_additive_law()
    {
        var fit = AutoFit.Run(Synthetic.Grid(Synthetic.Chinchilla, 1, 3), Synthetic.NoBootstrap);
        Assert.Empty(fit.LawChoice!.Folds);
        Assert.Empty(fit.LawChoice.Errors);
        Assert.Equal(("chinchilla", FitStatus.Refused), (fit.Law, fit.Status));
    }

    [Fact]
    public void The_average_lies_between_its_two_laws_and_survives_its_file()
    {
        var table = Synthetic.Grid(Synthetic.Laws["gamma"], noise: RecoveryTests.Noise(0.01, 53));
        var fit = AutoFit.Run(table, new FitOptions { Bootstrap = 200 });
        Assert.Equal("average", fit.Law);
        var (additive, gamma) = (ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap), ParametricFit.Run(table, ScalingLaw.Of("gamma"), Synthetic.NoBootstrap));
        double[] both = [additive.Surface!.Loss(1e10, 1e12), gamma.Surface!.Loss(1e10, 1e12)];
        Assert.InRange(fit.Surface!.Loss(1e10, 1e12), both.Min(), both.Max());
        Assert.InRange(fit.Frontier!.ExponentN, Math.Min(additive.Frontier!.ExponentN, gamma.Frontier!.ExponentN), Math.Max(additive.Frontier.ExponentN, gamma.Frontier.ExponentN));
        Assert.InRange(fit.Frontier.ExponentN, fit.Intervals.Bounds["a"].Low, fit.Intervals.Bounds["a"].High);

        // What stands beside the parameters is of the average too, or of none.
        Assert.Equal(new Allocator(fit).ForFlops(100 * fit.Diagnostics.Range!.C.High).Loss, fit.Allocations[^1].Loss);
        Assert.NotEqual(additive.Allocations[^1].Loss, fit.Allocations[^1].Loss);
        Assert.Equal(["a", "b"], fit.StandardErrors.Keys.TakeLast(2));
        Assert.Null(fit.Diagnostics.Bic);

        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");
        fit.Write(file);
        var read = FitFile.Read(file);
        Assert.Equal(fit.ToJson(), read.ToJson());
        Assert.Equal(fit.Frontier.Loss(1e22), read.Frontier!.Loss(1e22));
        Synthetic.Close(1e22, read.Frontier.FlopsForLoss(read.Frontier.Loss(1e22)), 1e-9);
    }

    [Fact]
    public void An_average_that_counts_one_form_alone_and_has_no_second_floor_survives_its_file()
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 53));
        var (additive, gamma) = (ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap), ParametricFit.Run(table, ScalingLaw.Of("gamma"), Synthetic.NoBootstrap));
        var fit = AutoFit.Of(table, new LawChoice([], new Dictionary<string, double> { ["chinchilla"] = 0.01 }), additive, gamma);
        Assert.Equal(0, fit.Parameters["w"]);
        fit = fit with { Parameters = fit.Parameters.ToDictionary(p => p.Key, p => p.Key == "E_gamma" ? 0 : p.Value) };
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "fit.json");
        fit.Write(file);
        Assert.Equal(additive.Frontier!.N(1e22), FitFile.Read(file).Frontier!.N(1e22), 1e-6 * additive.Frontier.N(1e22));
    }

    // The top 30 % of compute held out of everything: the weights, too, come from the rest.
    [Fact]
    public void On_published_runs_the_average_extrapolates_no_worse_than_the_better_form_and_better_than_the_worse_on_each()
    {
        var errors = Sets().Select(table =>
        {
            var ordered = table.Observations.OrderBy(o => o.C).ToList();
            var cut = (int)Math.Round(0.7 * ordered.Count);
            var below = table with { Observations = ordered[..cut] };
            double Error(Fit fit) => ordered[cut..].Average(o => Math.Abs(Math.Log(fit.Surface!.Loss(o.N, o.D) / o.Loss)));
            return (
                Auto: Error(AutoFit.Run(below, Synthetic.NoBootstrap)),
                Additive: Error(ParametricFit.Run(below, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap)),
                Gamma: Error(ParametricFit.Run(below, ScalingLaw.Of("gamma"), Synthetic.NoBootstrap)));
        }).ToList();
        Assert.All(errors, e => Assert.True(e.Auto < Math.Max(e.Additive, e.Gamma)));
        Assert.True(errors.Average(e => e.Auto) <= 1.05 * Math.Min(errors.Average(e => e.Additive), errors.Average(e => e.Gamma)));
    }

    private static IEnumerable<ObservationTable> Sets()
    {
        yield return ObservationFile.Read(Reference.Data("epoch_chinchilla.csv"), new ColumnOptions { Where = ["keep240=1"] });
        yield return ObservationFile.Read(Reference.Data("kyo_llm.csv"));
        foreach (var experiment in (string[])["ml_scalefit__massivetext__chinchilla", "llama_3__raw_loss"])
        {
            yield return ObservationFile.Read(Reference.Data("openathena_isoflops.csv"), new ColumnOptions { Where = [$"experiment={experiment}"] });
        }

        foreach (var set in (string[])["hot", "cool_end"])
        {
            yield return ObservationFile.Read(Reference.Data("gemstones.csv"), new ColumnOptions { Where = [$"set={set}"] });
        }
    }
}
