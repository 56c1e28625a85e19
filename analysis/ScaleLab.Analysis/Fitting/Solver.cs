using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <param name="Best">The lowest minimum, of all rows.</param>
/// <param name="Second">The next one, where the starts found another.</param>
/// <param name="Excess">By how much its value is higher, relative.</param>
/// <param name="Starts">Descents.</param>
/// <param name="Agreeing">Those that ended at the best.</param>
internal sealed record Solution(Minimum Best, Minimum? Second, double Excess, int Starts, int Agreeing);

/// <summary>From data to the minimum of an objective: seeds, descents from the best of them, a polish of each minimum that they found.</summary>
internal static class Solver
{
    private const int MostRowsToDescend = 1 << 12;

    // Minima closer than this, relative, are one.
    private const double Same = 1e-6;

    /// <returns>The middle of the domain, not converged, where the law is finite at no seed: the data span more than a double holds.</returns>
    public static Solution Solve(FitData data, ScalingLaw law, Objective objective, double gridOffset = 0)
    {
        // Which basin is the lowest shows on a part of many rows. Where pieces are straight, sharpening may change the order of the minima.
        var part = data.Thinned(MostRowsToDescend);
        var sketch = new FitFunction(part, law, objective);
        var ends = Seeds.Find(data, law, objective, law.Descents, gridOffset).Select(seed => Minimizer.Minimize(sketch, seed)).OrderBy(m => m.Value).ToList();
        if (ends.Count == 0)
        {
            return new Solution(new Minimum([.. sketch.Low.Zip(sketch.High, (low, high) => (low + high) / 2)], double.NaN, double.NaN, double.NaN, false), null, 0, 0, 0);
        }

        List<(Minimum Minimum, int Starts)> minima = [.. Grouped(ends).Select(group => (Minimizer.Polish(sketch, group[0].Point), group.Count)).OrderBy(m => m.Item1.Value)];
        var best = minima[0].Minimum;
        var same = minima.TakeWhile(m => IsSame(m.Minimum, best)).ToList();
        var second = minima.Skip(same.Count).FirstOrDefault(m => m.Minimum.Converged).Minimum;
        return new Solution(
            part == data ? best : Minimizer.Polish(new FitFunction(data, law, objective), best.Point),
            second,
            second is null ? 0 : (second.Value - best.Value) / (best.Value + Minimizer.Nothing),
            ends.Count,
            same.Sum(m => m.Starts));
    }

    private static IEnumerable<List<Minimum>> Grouped(IEnumerable<Minimum> ordered)
    {
        var group = new List<Minimum>();
        foreach (var minimum in ordered)
        {
            if (group.Count > 0 && !IsSame(minimum, group[0]))
            {
                yield return group;
                group = [];
            }

            group.Add(minimum);
        }

        yield return group;
    }

    private static bool IsSame(Minimum minimum, Minimum best) => minimum.Value <= (best.Value * (1 + Same)) + 1e-12;
}
