using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Approaches;

/// <summary>
/// Approach 1: at each compute the size with the least loss, and power laws through those. The losses of a size between its own annealed points are
/// interpolated in logarithms; points on the way of a schedule are too high and do not count.
/// </summary>
internal static class Envelope
{
    // Even in ln C; Hoffmann et al. take 1,500.
    private const int Steps = 400;

    private const int FewestSizes = 3;

    /// <param name="runs">Of any sizes.</param>
    /// <param name="losses">One for each of them.</param>
    /// <param name="reason">Why there are no lines.</param>
    /// <returns>Null where too few sizes are ever the best one.</returns>
    public static OptimalLines? Of(IReadOnlyList<Observation> runs, double[] losses, out string? reason)
    {
        var curves = Enumerable.Range(0, runs.Count).Where(i => runs[i].Annealed)
            .GroupBy(i => runs[i].N)
            .Select(size => new Curve(size.Key, [.. size.GroupBy(i => runs[i].C).OrderBy(g => g.Key).Select(g => new Knot(Math.Log(g.Key), Math.Log(runs[g.First()].D), g.Average(i => Math.Log(losses[i]))))]))
            .Where(c => c.Knots.Length > 1)
            .OrderBy(c => c.N)
            .ToList();
        if (curves.Count < FewestSizes)
        {
            reason = $"{curves.Count} sizes have two annealed points or more; at least {FewestSizes} are needed";
            return null;
        }

        // The best of all sizes may not be the best there is where it is the smallest or the largest one, or the only one that was run so far.
        var best = new List<(double C, double N, double D)>();
        var (low, high) = (curves.Min(c => c.Knots[0].C), curves.Max(c => c.Knots[^1].C));
        for (var step = 0; step <= Steps; step++)
        {
            var c = low + ((high - low) * step / Steps);
            var there = curves.Where(curve => curve.Covers(c)).ToList();
            if (there.MinBy(curve => curve.At(c).Loss) is { } least && least != there[0] && least != there[^1])
            {
                best.Add((Math.Exp(c), least.N, Math.Exp(least.At(c).D)));
            }
        }

        var sizes = best.Select(b => b.N).Distinct().Count();
        if (sizes < FewestSizes)
        {
            reason = $"{sizes} sizes are ever the best one between smaller and larger ones; at least {FewestSizes} are needed";
            return null;
        }

        reason = null;
        return new OptimalLines(PowerLine.Through([.. best.Select(b => (b.C, b.N))]), PowerLine.Through([.. best.Select(b => (b.C, b.D))]));
    }

    private sealed record Curve(double N, Knot[] Knots)
    {
        public bool Covers(double c) => c >= Knots[0].C && c <= Knots[^1].C;

        public Knot At(double c)
        {
            var next = Math.Clamp(Array.FindIndex(Knots, k => k.C >= c), 1, Knots.Length - 1);
            var (a, b) = (Knots[next - 1], Knots[next]);
            var share = (c - a.C) / (b.C - a.C);
            return new Knot(c, a.D + (share * (b.D - a.D)), a.Loss + (share * (b.Loss - a.Loss)));
        }
    }

    // All in logarithms.
    private readonly record struct Knot(double C, double D, double Loss);
}
