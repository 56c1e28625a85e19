using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("chinchilla", 0, 0, "0 observations")]
    [InlineData("chinchilla", 1, 5, "at least 6 are needed")]
    [InlineData("chinchilla", 1, 6, "1 distinct N cannot show alpha")]
    [InlineData("chinchilla", 2, 6, "2 distinct N cannot show alpha")]
    [InlineData("chinchilla", 6, 2, "2 distinct D cannot show beta")]
    [InlineData("power", 2, 2, "at least 5 are needed")]
    [InlineData("power", 1, 6, "1 distinct N cannot show alpha")]
    [InlineData("power", 6, 1, "1 distinct D cannot show beta")]
    public void Data_that_cannot_carry_a_law_are_refused_with_the_reason(string law, int sizes, int lengths, string reason)
    {
        var fit = ParametricFit.Run(Synthetic.Grid(Synthetic.Chinchilla, sizes, lengths), ScalingLaw.Of(law));
        Assert.Equal(FitStatus.Refused, fit.Status);
        Assert.Contains(reason, fit.Diagnostics.Reason, StringComparison.Ordinal);
        Assert.Empty(fit.Parameters);
        Assert.Null(fit.Frontier);
        Assert.Null(fit.Objective.Value);
        Assert.NotNull(fit.Intervals.Refused);
    }

    [Fact]
    public void Repeated_runs_do_not_stand_in_for_different_ones()
    {
        var (two, three) = (Synthetic.Grid(Synthetic.Power, 2, 2), Synthetic.Grid(Synthetic.Power, 2, 3));
        var repeated = two with { Observations = [.. two.Observations, .. two.Observations] };
        Assert.Equal(FitStatus.Refused, ParametricFit.Run(repeated, ScalingLaw.Of("power"), Synthetic.NoBootstrap).Status);
        Assert.Equal(FitStatus.Converged, ParametricFit.Run(three, ScalingLaw.Of("power"), Synthetic.NoBootstrap).Status);
    }

    [Fact]
    public void Equal_losses_have_no_law()
    {
        var fit = ParametricFit.Run(Synthetic.Table(Synthetic.Grid(Synthetic.Power).Observations.Select(o => o with { Loss = 2 })), ScalingLaw.Of("chinchilla"));
        Assert.Equal("all losses are equal", fit.Diagnostics.Reason);
    }

    [Fact]
    public void A_floor_that_the_data_push_below_zero_is_reported_as_a_wall()
    {
        // Losses of a law whose floor is negative: the best floor in the domain is 0.
        var table = Synthetic.Table(Synthetic.Grid(Synthetic.Power).Observations.Select(o => o with { Loss = o.Loss - 0.3 }));
        var fit = ParametricFit.Run(table, ScalingLaw.Of("chinchilla"), Synthetic.NoBootstrap);
        Assert.Equal(FitStatus.BoundHit, fit.Status);
        Assert.Equal(0, fit.Parameters["E"]);
        Assert.Contains("E = 0 lies at the lower border", fit.Diagnostics.Reason, StringComparison.Ordinal);
        var power = ParametricFit.Run(table, ScalingLaw.Of("power"), Synthetic.NoBootstrap);
        Synthetic.Close(power.Objective.Value!.Value, fit.Objective.Value!.Value, 1e-9);
    }

    [Theory]
    [InlineData("huber_lag", 1e-3, 1000, 0.95, "unknown objective 'huber_lag'; did you mean 'huber_log'?")]
    [InlineData("huber_log", 0, 1000, 0.95, "delta")]
    [InlineData("huber_log", double.NaN, 1000, 0.95, "delta")]
    [InlineData("huber_log", 1e-3, -1, 0.95, "bootstrap")]
    [InlineData("huber_log", 1e-3, 5, 0.95, "bootstrap")]
    [InlineData("huber_log", 1e-3, 1000, 1, "level")]
    [InlineData("huber_log", 1e-3, 1000, 0, "level")]
    public void Options_out_of_range_are_named(string objective, double delta, int bootstrap, double level, string word)
    {
        var options = new FitOptions { Objective = objective, Delta = delta, Bootstrap = bootstrap, Level = level };
        var error = Assert.Throws<InputException>(() => ParametricFit.Run(Synthetic.Grid(Synthetic.Power), ScalingLaw.Of("power"), options));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mse_log", true)]
    [InlineData("mse", true)]
    [InlineData("lad_log", true)]
    [InlineData("huber_log", false)]
    [InlineData("huber", false)]
    [InlineData("asymmetric_mae", false)]
    public void An_information_criterion_is_given_only_where_there_is_a_likelihood(string objective, bool likelihood)
    {
        var table = Synthetic.Grid(Synthetic.Chinchilla, noise: RecoveryTests.Noise(0.01, 71));
        Fit Of(string law) => ParametricFit.Run(table, ScalingLaw.Of(law), Synthetic.NoBootstrap with { Objective = objective });
        Assert.Equal(likelihood, Of("chinchilla").Diagnostics.Bic is not null);

        // The law that made the losses, against one that cannot have.
        Assert.True(!likelihood || Of("chinchilla").Diagnostics.Bic < Of("kaplan").Diagnostics.Bic);
    }

    public static readonly TheoryData<string> AllLaws = [.. ScalingLaw.All.Select(law => law.Name)];

    [Theory]
    [MemberData(nameof(AllLaws))]
    public void Losses_beyond_all_sense_end_in_a_fit_or_a_refusal_and_never_in_an_error(string law)
    {
        var grid = Synthetic.Grid(Synthetic.Chinchilla).Observations;
        foreach (var rows in (IEnumerable<Observation>[])
        [
            [.. grid.Select((o, i) => o with { Loss = 1 + (i * 7 % 5) })],
            [.. grid.Select(o => o with { Loss = 5 - o.Loss })],
            [.. grid.Select(o => o with { Loss = 1e-300 * o.Loss })],
            [.. grid.Select((o, i) => o with { Loss = i == 9 ? 1e9 : o.Loss })],
            [.. grid, .. grid, .. grid.Select(o => o with { Loss = 1.1 * o.Loss })],
            [.. grid.Select((o, i) => o with { N = Math.Pow(10, i - 20), D = Math.Pow(10, 20 - i) })],
        ])
        {
            foreach (var objective in Objective.Names)
            {
                var fit = ParametricFit.Run(Synthetic.Table(rows), ScalingLaw.Of(law), Synthetic.NoBootstrap with { Objective = objective });
                Assert.True(fit.Status == FitStatus.Refused || fit.Parameters.Values.All(double.IsFinite));
                Assert.NotEmpty(fit.ToJson());
            }
        }
    }

    [Fact]
    public void An_unknown_law_is_named_with_the_known_ones() =>
        Assert.Equal("unknown law 'chinchila'; did you mean 'chinchilla'? (known: chinchilla, power, tied, gamma, kaplan, data_constrained, one_variable)", Assert.Throws<InputException>(() => ScalingLaw.Of("chinchila")).Message);
}
