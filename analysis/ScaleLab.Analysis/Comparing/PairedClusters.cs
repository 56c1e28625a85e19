using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Comparing;

/// <summary>
/// Which groups of rows of two sweeps share noise: those of one seed and about the same N and D, since the seed decides what is read and when.
/// A shared number makes a bootstrap draw both alike, so that what they have in common drops out of their difference. Where nothing is common after all,
/// that costs nothing: the products of their residuals then average to nothing.
/// </summary>
internal static class PairedClusters
{
    // Sizes and lengths within a sweep lie further apart.
    private const double Near = 1.25;

    public static (Clusters One, Clusters Other, int Paired) Of(IReadOnlyList<Observation> one, IReadOnlyList<Observation> other)
    {
        var (a, b) = (new Clusters(one), new Clusters(other));
        var (groups, others) = (Groups(one, a), Groups(other, b));
        var numbers = Enumerable.Repeat(-1, b.Count).ToArray();
        var taken = new bool[a.Count];
        foreach (var (i, j, _) in
            from i in Enumerable.Range(0, a.Count)
            where groups[i].Seed.Length > 0
            from j in Enumerable.Range(0, b.Count)
            where others[j].Seed == groups[i].Seed
            let apart = Math.Max(Math.Abs(groups[i].N - others[j].N), Math.Abs(groups[i].D - others[j].D))
            where apart <= Math.Log(Near)
            orderby apart
            select (i, j, apart))
        {
            if (!taken[i] && numbers[j] < 0)
            {
                (taken[i], numbers[j]) = (true, i);
            }
        }

        var (paired, count) = (taken.Count(t => t), a.Count);
        for (var j = 0; j < numbers.Length; j++)
        {
            numbers[j] = numbers[j] < 0 ? count++ : numbers[j];
        }

        return (a.Renumbered([.. Enumerable.Range(0, a.Count)], count), b.Renumbered(numbers, count), paired);
    }

    // Seed, and the middle of ln N and ln D.
    private static (string Seed, double N, double D)[] Groups(IReadOnlyList<Observation> rows, Clusters clusters) =>
    [
        .. Enumerable.Range(0, rows.Count).GroupBy(i => clusters.Of[i]).OrderBy(g => g.Key)
            .Select(g => (rows[g.First()].Seed, g.Average(i => Math.Log(rows[i].N)), g.Average(i => Math.Log(rows[i].D)))),
    ];
}
