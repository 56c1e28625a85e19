using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

/// <summary>Losses that others published, and the answers that others reached on them.</summary>
public sealed class PublishedDataTests
{
    [Fact]
    public void The_huber_fit_of_the_chinchilla_runs_is_the_lowest_known()
    {
        var fit = ParametricFit.Run(Chinchilla(), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.Equal(FitStatus.Converged, fit.Status);
        Assert.Equal(240, fit.NObservations);
        Assert.InRange(fit.Objective.Value!.Value, 0, 1.01827401790e-3);
        Synthetic.Close(477.82587, fit.Parameters["A"], 1e-6);
        Synthetic.Close(2143.41735, fit.Parameters["B"], 1e-6);
        Synthetic.Close(1.81721810, fit.Parameters["E"], 1e-7);
        Synthetic.Close(0.34731050, fit.Parameters["alpha"], 1e-7);
        Synthetic.Close(0.36717243, fit.Parameters["beta"], 1e-7);
    }

    [Fact]
    public void The_fit_of_absolute_deviations_is_what_besiroglu_et_al_print()
    {
        var fit = ParametricFit.Run(Chinchilla(), ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap with { Objective = "lad_log" });
        Assert.Equal(FitStatus.Converged, fit.Status);
        Synthetic.Close(482.006, fit.Parameters["A"], 1e-4);
        Synthetic.Close(2085.434, fit.Parameters["B"], 1e-4);
        Synthetic.Close(1.81686, fit.Parameters["E"], 1e-5);
        Synthetic.Close(0.34781, fit.Parameters["alpha"], 1e-5);
        Synthetic.Close(0.36585, fit.Parameters["beta"], 2e-5);
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

    private static ObservationTable Chinchilla() => ObservationFile.Read(Reference.Data("epoch_chinchilla.csv"), new ColumnOptions { Where = ["keep240=1"] });
}
