using ScaleLab.Analysis.Quality;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Tests.Quality;

public sealed class MethodComparisonTests
{
    private static readonly ResultRow[] Mae = [VisionRow.At(1e10, 1.0), VisionRow.At(1e11, 1.2), VisionRow.At(1e12, 0.6)];
    private static readonly ResultRow[] Dino = [VisionRow.At(1e11, 0.9, "dino"), VisionRow.At(1e13, 0.5, "dino")];

    [Fact]
    public void A_value_between_two_runs_of_the_envelope_is_interpolated_in_log_compute()
    {
        // The middle run is no bargain, so half-way from 1e10 to 1e12 lies the mean of their values.
        var at = MethodComparison.Of([Mae, Mae], "probe_error", [1e11]).Sweeps[0].AtBudgets[0];
        Assert.Equal(0.4, at.Value!.Value, 1e-12);
        Assert.Equal(0.4 - (1.959964 * 0.01 / Math.Sqrt(2)), at.Interval!.Value.Low, 1e-12);
    }

    [Fact]
    public void A_run_at_the_budget_is_taken_as_it_is()
    {
        var at = MethodComparison.Of([Mae, Dino], "probe_error", [1e12]).Sweeps[0].AtBudgets[0];
        Assert.Equal(0.3, at.Value!.Value, 1e-12);
        Assert.Equal(0.3 + (1.959964 * 0.01), at.Interval!.Value.High, 1e-12);
    }

    [Fact]
    public void Nothing_is_said_outside_the_runs()
    {
        var sweeps = MethodComparison.Of([Mae, Dino], "probe_error", [1e9, 1e13]).Sweeps;
        Assert.All(sweeps, s => Assert.Null(s.AtBudgets[0].Value));
        Assert.Null(sweeps[0].AtBudgets[1].Value);
        Assert.Equal(0.25, sweeps[1].AtBudgets[1].Value!.Value, 1e-12);
    }

    [Fact]
    public void Budgets_span_what_all_sweeps_share() =>
        Assert.Equal([1e11, Math.Sqrt(1e23), 1e12], MethodComparison.Of([Mae, Dino], "knn_error").Budgets);

    [Fact]
    public void Sweeps_of_one_model_go_by_their_own_names() =>
        Assert.Equal(["mae-sweep", "other"], MethodComparison.Of([Mae, [.. Mae.Select(r => r with { Sweep = "other" })]], "val_loss").Sweeps.Select(s => s.Name));

    [Fact]
    public void Losses_of_different_models_are_different_quantities() =>
        Refused([Mae, Dino], "val_loss", "the losses of mae, dino are different quantities; compare probe_error or knn_error");

    [Fact]
    public void Sweeps_that_share_no_compute_cannot_be_compared() =>
        Refused([[Mae[0]], Dino], "probe_error", "the sweeps share no range of compute: one begins at 1e+11 FLOPs, another ends at 1e+10");

    [Fact]
    public void A_sweep_without_the_measure_is_named() =>
        Refused([Mae, [Dino[0] with { KnnError = null }]], "knn_error", "sweep 2 (dino) has no finished run with 'knn_error'");

    [Fact]
    public void A_measure_that_is_none_is_told() =>
        Refused([Mae, Dino], "rankme", "'rankme' cannot be compared; there is probe_error, knn_error, val_loss");

    private static void Refused(IReadOnlyList<IReadOnlyList<ResultRow>> sweeps, string column, string message) =>
        Assert.Equal(message, Assert.Throws<InputException>(() => MethodComparison.Of(sweeps, column)).Message);
}
