using System.Text.Json.Serialization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Approaches;

/// <summary>Approach 2 at one budget: runs of equal compute, and the parabola through their losses in ln N.</summary>
/// <param name="Flops">The budget.</param>
/// <param name="Runs">How many it has.</param>
public sealed record IsoFlop(double Flops, int Runs)
{
    /// <summary>Why the budget has no optimum; null where it has one.</summary>
    public IsoFlopRefusal? Refusal { get; init; }

    /// <summary>Where the parabola is lowest; null when refused.</summary>
    public double? N { get; init; }

    /// <summary>Likewise of a parabola in ln D; null when refused.</summary>
    public double? D { get; init; }

    /// <summary>Of the parabola at its lowest, the unit of the losses; null when refused.</summary>
    public double? Loss { get; init; }

    /// <summary>What a parabola through the fitted law's own losses at these sizes misses that law's optimum by, as the factor vertex / optimum; null without a law. No noise is needed for it: the slice is no parabola.</summary>
    public double? BiasOfN { get; init; }

    /// <summary>Likewise of D*.</summary>
    public double? BiasOfD { get; init; }

    // Below that there is no curvature to see.
    private const int FewestSizes = 3;

    // Budgets differ by more than this; steps and shapes round a run's compute by less.
    private const double Tolerance = 1.1;

    /// <summary>One for each budget of these runs.</summary>
    internal static IReadOnlyList<IsoFlop> Of(IReadOnlyList<Observation> runs) =>
        [.. Group(runs).Select(group => Of([.. group.Select(i => runs[i])], [.. group.Select(i => runs[i].Loss)]))];

    /// <summary>Runs of equal budget: as the file says, else by their compute.</summary>
    internal static IReadOnlyList<IReadOnlyList<int>> Group(IReadOnlyList<Observation> runs)
    {
        var groups = new List<List<int>>();
        foreach (var i in Enumerable.Range(0, runs.Count).OrderBy(i => Budget(runs[i])))
        {
            if (groups.Count > 0 && Budget(runs[i]) <= Tolerance * Budget(runs[groups[^1][0]]))
            {
                groups[^1].Add(i);
            }
            else
            {
                groups.Add([i]);
            }
        }

        return groups;
    }

    /// <param name="runs">Of one budget.</param>
    /// <param name="losses">One for each of them.</param>
    internal static IsoFlop Of(IReadOnlyList<Observation> runs, ReadOnlySpan<double> losses)
    {
        var slice = new IsoFlop(Math.Exp(runs.Average(r => Math.Log(Budget(r)))), runs.Count);
        if (runs.Select(r => r.N).Distinct().Take(FewestSizes).Count() < FewestSizes)
        {
            return slice with { Refusal = IsoFlopRefusal.TooFewPoints };
        }

        var (byN, byD) = (Parabola.Through([.. runs.Select(r => Math.Log(r.N))], losses), Parabola.Through([.. runs.Select(r => Math.Log(r.D))], losses));
        return byN.Curvature <= 0 || byD.Curvature <= 0 ? slice with { Refusal = IsoFlopRefusal.NonPositiveCurvature }
            : !byN.IsInside || !byD.IsInside ? slice with { Refusal = IsoFlopRefusal.NoInteriorMinimum }
            : slice with { N = Math.Exp(byN.Vertex), D = Math.Exp(byD.Vertex), Loss = byN.Least };
    }

    /// <summary>The same with what a parabola would miss the law's own optimum by.</summary>
    /// <param name="runs">Of this budget.</param>
    /// <param name="law">Fitted to the runs of all budgets.</param>
    internal IsoFlop With(IReadOnlyList<Observation> runs, LossSurface law)
    {
        double[] losses = [.. runs.Select(r => law.Loss(r.Scale))];
        if (Refusal is not null || Of(runs, losses) is not { N: { } n, D: { } d })
        {
            return this;
        }

        // Along the slice D is a power of N: exactly where C = k·N·D.
        var slice = PowerLine.Through([.. runs.Select(r => (r.N, r.D))]);
        var (low, high) = (runs.Min(r => Math.Log(r.N)) - 1, runs.Max(r => Math.Log(r.N)) + 1);
        var optimum = Math.Exp(GoldenSection.Minimum(x => law.Loss(new RunScale(Math.Exp(x), slice.At(Math.Exp(x)))), low, high));
        return this with { BiasOfN = n / optimum, BiasOfD = d / slice.At(optimum) };
    }

    private static double Budget(Observation run) => run.Budget ?? run.C;
}

/// <summary>Why a budget has no optimum.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IsoFlopRefusal>))]
public enum IsoFlopRefusal
{
    /// <summary>Fewer than three sizes.</summary>
    [JsonStringEnumMemberName("too_few_points")]
    TooFewPoints,

    /// <summary>The losses do not bend upwards.</summary>
    [JsonStringEnumMemberName("non_positive_curvature")]
    NonPositiveCurvature,

    /// <summary>The lowest point lies outside the sizes that were trained.</summary>
    [JsonStringEnumMemberName("no_interior_minimum")]
    NoInteriorMinimum,
}
