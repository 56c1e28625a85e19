using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Approaches;

/// <summary>
/// The three approaches from the same runs. Approaches 1 and 2 have no errors of their own: their intervals are what the same procedure makes of the
/// fitted law's losses under the runs' residuals, with signs drawn by cluster, relative to what it makes of the law's losses without.
/// </summary>
public static class ApproachTable
{
    public static readonly IReadOnlyList<string> Names = ["envelope", "isoflop", "isoflop_corrected", "parametric"];

    private const int FewestBudgets = 2;
    private const string NeedsLaw = "the fitted law tells it, and that was refused: ";

    /// <summary>The compute of the largest run, and as far beyond as extrapolations are read off; none where there are no runs.</summary>
    public static IReadOnlyList<double> Budgets(ObservationTable table) => table.Observations.Count == 0 ? [] : [.. ((double[])[1, 10, 100]).Select(m => m * table.Observations.Max(o => o.C))];

    /// <param name="table">The runs that were fitted.</param>
    /// <param name="fit">Approach 3.</param>
    /// <param name="flops">Budgets for <see cref="Approach.At"/>.</param>
    /// <returns>In the order of <see cref="Names"/>.</returns>
    public static IReadOnlyList<Approach> Of(ObservationTable table, Fit fit, IReadOnlyList<double> flops)
    {
        var runs = table.Observations;
        double[] losses = [.. runs.Select(r => r.Loss)];
        var law = fit.Frontier is null ? null : fit.Surface;
        var groups = IsoFlop.Group(runs);
        IsoFlop[] budgets = [.. groups.Select(g => Slice(runs, g, losses) is var slice && law is not null ? slice.With([.. g.Select(i => runs[i])], law) : Slice(runs, g, losses))];
        var resampling = law is null ? null : new Resampling(runs, law, fit);

        OptimalLines? Envelopes(double[] y, out string? reason) => Envelope.Of(runs, y, out reason);
        OptimalLines? Raw(double[] y, out string? reason) => Through([.. groups.Select(g => Slice(runs, g, y))], out reason);
        OptimalLines? Corrected(double[] y, out string? reason) => Through([.. groups.Select((g, i) => Unbiased(Slice(runs, g, y), budgets[i]))], out reason);
        return
        [
            Make("envelope", Envelopes),
            Make("isoflop", Raw) with { Budgets = budgets },
            law is null ? new Approach { Name = "isoflop_corrected", Refused = NeedsLaw + Why(fit) } : Make("isoflop_corrected", Corrected),
            Parametric(fit, flops),
        ];

        Approach Make(string name, Estimator estimate)
        {
            if (estimate(losses, out var reason) is not { } lines)
            {
                return new Approach { Name = name, Refused = reason };
            }

            var draws = resampling?.Draw(estimate) ?? [];
            Interval? Around(double value, Func<OptimalLines, double> of) => draws.Count == 0 ? null : Shifted(value, Quantile.Central(draws.Select(of), fit.Intervals.Level), of(resampling!.Law!));
            return new Approach
            {
                Name = name,
                ExponentN = lines.N.Exponent,
                ExponentD = lines.D.Exponent,
                Intervals = Known(("a", Around(lines.N.Exponent, l => l.N.Exponent)), ("b", Around(lines.D.Exponent, l => l.D.Exponent))),
                At =
                [
                    .. flops.Select(c => new Advice(c, lines.N.At(c), lines.D.At(c))
                    {
                        Intervals = Known(
                            ("params", Exp(Around(Math.Log(lines.N.At(c)), l => Math.Log(l.N.At(c))))),
                            ("tokens", Exp(Around(Math.Log(lines.D.At(c)), l => Math.Log(l.D.At(c)))))),
                    }),
                ],
            };
        }
    }

    internal delegate OptimalLines? Estimator(double[] losses, out string? reason);

    private static Approach Parametric(Fit fit, IReadOnlyList<double> flops)
    {
        if (fit.Frontier is not { } frontier)
        {
            return new Approach { Name = "parametric", Refused = Why(fit) };
        }

        var allocator = new Allocator(fit);
        return new Approach
        {
            Name = "parametric",
            ExponentN = frontier.ExponentN,
            ExponentD = frontier.ExponentD,
            Intervals = fit.Intervals.Bounds.Where(b => b.Key is "a" or "b").ToDictionary(),
            At = [.. flops.Select(c => allocator.ForFlops(c)).Select(a => new Advice(a.Flops, a.N, a.D) { Intervals = a.Intervals.Where(i => i.Key is "params" or "tokens").ToDictionary() })],
        };
    }

    private static string Why(Fit fit) => fit.Diagnostics.Reason ?? Allocator.NoFrontier;

    private static IsoFlop Slice(IReadOnlyList<Observation> runs, IReadOnlyList<int> group, double[] losses) =>
        IsoFlop.Of([.. group.Select(i => runs[i])], [.. group.Select(i => losses[i])]);

    private static IsoFlop Unbiased(IsoFlop slice, IsoFlop known) =>
        known is { BiasOfN: { } n, BiasOfD: { } d } ? slice with { N = slice.N / n, D = slice.D / d } : slice with { N = null, D = null, Refusal = slice.Refusal ?? known.Refusal };

    private static OptimalLines? Through(IReadOnlyList<IsoFlop> budgets, out string? reason)
    {
        var optima = budgets.Where(b => b is { N: not null, D: not null }).ToList();
        if (optima.Count < FewestBudgets)
        {
            var why = budgets.Where(b => b.Refusal is not null).CountBy(b => b.Refusal!.Value).Select(r => $"{r.Value} {Words(r.Key)}");
            reason = $"{optima.Count} of {budgets.Count} budgets have an optimum; at least {FewestBudgets} are needed ({string.Join(", ", why)})";
            return null;
        }

        reason = null;
        return new OptimalLines(PowerLine.Through([.. optima.Select(o => (o.Flops, o.N!.Value))]), PowerLine.Through([.. optima.Select(o => (o.Flops, o.D!.Value))]));
    }

    /// <summary>An approach for people.</summary>
    public static string Title(string name) => name switch
    {
        "envelope" => "1 envelope",
        "isoflop" => "2 isoFLOP",
        "isoflop_corrected" => "2 isoFLOP, bias removed",
        _ => "3 parametric",
    };

    /// <summary>A refusal as part of a sentence.</summary>
    public static string Words(IsoFlopRefusal refusal) => refusal switch
    {
        IsoFlopRefusal.TooFewPoints => "with fewer than three sizes",
        IsoFlopRefusal.NonPositiveCurvature => "whose losses do not bend upwards",
        _ => "without a minimum between the sizes",
    };

    private static Interval Shifted(double value, Interval drawn, double centre) => new(value + drawn.Low - centre, value + drawn.High - centre);

    private static Interval? Exp(Interval? logs) => logs is { } i ? new Interval(Math.Exp(i.Low), Math.Exp(i.High)) : null;

    private static Dictionary<string, Interval> Known(params ReadOnlySpan<(string Name, Interval? Interval)> all)
    {
        var known = new Dictionary<string, Interval>();
        foreach (var (name, interval) in all)
        {
            if (interval is { } i && double.IsFinite(i.Low) && double.IsFinite(i.High))
            {
                known[name] = i;
            }
        }

        return known;
    }
}
