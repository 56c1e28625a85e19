using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

/// <summary>Losses that others published, and the answers that others reached on them.</summary>
public sealed class PublishedDataTests
{
    [Fact]
    public void The_huber_fit_of_the_chinchilla_runs_is_the_lowest_known() => IsTheHuberMinimum(Fit(Chinchilla(), "huber_log"));

    // Every row's units, place and the grid of seeds: nothing of it may show in the answer.
    [Fact]
    public void It_stays_so_under_a_hundred_jitterings_of_grid_order_and_units()
    {
        var (table, random) = (Chinchilla(), new Random(20260101));
        for (var i = 0; i < 100; i++)
        {
            var (n, d) = (Math.Pow(10, random.Next(-12, 12)), Math.Pow(10, random.Next(-12, 12)));
            var rows = table.Observations.Select(o => o with { N = o.N * n, D = o.D * d }).ToArray();
            random.Shuffle(rows);
            var fit = ParametricFit.Run(table with { Observations = rows }, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { GridOffset = random.NextDouble() });
            IsTheHuberMinimum(fit, Math.Pow(n, fit.Parameters["alpha"]), Math.Pow(d, fit.Parameters["beta"]));
        }
    }

    // Besiroglu et al. print 482.00572, 2085.43420, 1.81686, 0.34781, 0.36585: the vertex is 7e-7 away, and lower.
    [Fact]
    public void The_fit_of_absolute_deviations_is_the_exact_vertex_near_what_besiroglu_et_al_print()
    {
        var fit = Fit(Chinchilla(), "lad_log");
        Assert.InRange(fit.Objective.Value!.Value, 0, 1.1294946536216);
        Synthetic.Close(482.006055, fit.Parameters["A"], 1e-8);
        Synthetic.Close(2085.436245, fit.Parameters["B"], 1e-8);
        Synthetic.Close(1.816864133, fit.Parameters["E"], 1e-8);
        Synthetic.Close(0.3478130701, fit.Parameters["alpha"], 1e-8);
        Synthetic.Close(0.3658541643, fit.Parameters["beta"], 1e-8);
        Assert.Equal(5, fit.Diagnostics.Certificate!.ZeroResiduals);
        Assert.InRange(fit.Diagnostics.Certificate.Gradient, 0, 1e-10);
    }

    [Fact]
    public void The_lopsided_fit_of_kyo_takano_reaches_the_exact_optimum()
    {
        var fit = Fit(ObservationFile.Read(Reference.Data("kyo_llm.csv")), "asymmetric_mae");
        Assert.InRange(fit.Objective.Value!.Value, 0, 0.02278185983191);
        Assert.Equal(5, fit.Diagnostics.Certificate!.ZeroResiduals);
        Synthetic.Close(1.70022849, fit.Parameters["E"], 1e-6);
        Synthetic.Close(184.67457, fit.Parameters["A"], 3e-6);
        Synthetic.Close(1633.34677, fit.Parameters["B"], 3e-5);
        Synthetic.Close(0.28900264, fit.Parameters["alpha"], 1e-6);
        Synthetic.Close(0.35578969, fit.Parameters["beta"], 3e-6);
    }

    [Theory]
    [InlineData("ml_scalefit__massivetext__chinchilla", 13.089e-6)]
    [InlineData("llama_3__raw_loss", 2.276e-6)]
    public void The_huber_fits_of_linear_loss_to_isoflop_runs_are_the_lowest_known(string experiment, double value)
    {
        var table = ObservationFile.Read(Reference.Data("openathena_isoflops.csv"), new ColumnOptions { Where = [$"experiment={experiment}"] });
        Assert.InRange(Fit(table, "huber").Objective.Value!.Value, 0, value + 0.0005e-6);
    }

    [Fact]
    public void Every_published_fit_of_the_gemstones_is_met_or_beaten()
    {
        var runs = Rows("gemstones.csv");
        var published = Rows("gemstones_published_a3.csv").Where(p => p["inputs"] == "N;D").ToList();
        Assert.Equal(8, published.Count);
        foreach (var theirs in published)
        {
            var rows = from run in runs
                       where run["set"] == theirs["set"]
                       let embeddings = theirs["no_embeds"] == "1" ? 50304 * Number(run["width"]) : 0
                       select Synthetic.Point(run["run_id"], Number(run["N"]) - embeddings, Number(run["D"]), Number(run["loss"]));
            var ours = ParametricFit.Run(Synthetic.Table(rows), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Delta = Number(theirs["huber_delta"]) });
            Assert.InRange(ours.Objective.Value!.Value, 0, Number(theirs["objective"]));
        }
    }

    [Fact]
    public void The_bootstrap_of_the_chinchilla_runs_scatters_as_published()
    {
        var fit = ParametricFit.Run(Chinchilla(), ScalingLaw.Of("chinchilla"));
        Synthetic.Close(117, fit.StandardErrors["A"], 0.1);
        Synthetic.Close(0.0249, fit.StandardErrors["E"], 0.1);
        Synthetic.Close(0.0146, fit.StandardErrors["alpha"], 0.1);
        Synthetic.Close(0.0204, fit.StandardErrors["beta"], 0.1);
        Synthetic.Close(0.0193, fit.StandardErrors["a"], 0.1);
        Assert.Equal(0.481, fit.Intervals.Bounds["a"].Low, 0.01);
        Assert.Equal(0.555, fit.Intervals.Bounds["a"].High, 0.01);
        Assert.All(fit.Identified.Values, verdict => Assert.Equal(Identified.Yes, verdict));
    }

    [Fact]
    public void The_huber_fit_of_a_subset_of_them_is_the_lowest_known()
    {
        var fit = ParametricFit.Run(ObservationFile.Read(Reference.Data("kyo_llm.csv")), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.InRange(fit.Objective.Value!.Value, 0, 8.4009313e-4);
        Synthetic.Close(1.78389, fit.Parameters["E"], 1e-5);
        Synthetic.Close(0.342626, fit.Parameters["alpha"], 1e-5);
        Synthetic.Close(0.342002, fit.Parameters["beta"], 1e-5);
    }

    [Fact]
    public void Thousands_of_checkpoints_are_fitted_by_model()
    {
        var table = ObservationFile.Read(Reference.Data("misfitting_ckpt.csv"), new ColumnOptions { Cluster = ["model"] });
        var fit = ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), new FitOptions { Bootstrap = 100 });
        Assert.Equal(4852, fit.NObservations);
        Assert.Equal(11, fit.Intervals.Clusters);
        Assert.Equal(FitStatus.Converged, fit.Status);
    }

    private static void IsTheHuberMinimum(Fit fit, double unitOfA = 1, double unitOfB = 1)
    {
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(240, fit.NObservations);
        Assert.InRange(fit.Objective.Value!.Value, 0, 1.0182740178006e-3 * (1 + 1e-9));
        Synthetic.Close(477.82587, fit.Parameters["A"] / unitOfA, 2e-6);
        Synthetic.Close(2143.41735, fit.Parameters["B"] / unitOfB, 2e-6);
        Synthetic.Close(1.8172181, fit.Parameters["E"], 2e-6);
        Synthetic.Close(0.3473105, fit.Parameters["alpha"], 2e-6);
        Synthetic.Close(0.3671724, fit.Parameters["beta"], 2e-6);
    }

    private static Fit Fit(ObservationTable table, string objective) =>
        ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Objective = objective });

    private static ObservationTable Chinchilla() => ObservationFile.Read(Reference.Data("epoch_chinchilla.csv"), new ColumnOptions { Where = ["keep240=1"] });

    private static List<Dictionary<string, string>> Rows(string file)
    {
        var lines = File.ReadAllLines(Reference.Data(file)).Select(line => line.Split(',')).ToList();
        return [.. lines.Skip(1).Select(cells => lines[0].Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
