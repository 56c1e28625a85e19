using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Which rows share noise: the branches of a trunk do. A row that names no cluster is its own.</summary>
internal sealed class Clusters
{
    // Below six, resampling clusters shows less than half of their scatter and draws intervals that are too narrow.
    private const int Fewest = 6;

    public Clusters(IReadOnlyList<Observation> observations)
    {
        var seen = new Dictionary<string, int>();
        Of = new int[observations.Count];
        for (var i = 0; i < Of.Length; i++)
        {
            var name = observations[i].Cluster;
            if (name is null || !seen.TryGetValue(name, out Of[i]))
            {
                Of[i] = Count++;
                if (name is not null)
                {
                    seen[name] = Of[i];
                }
            }
        }
    }

    private Clusters(int rows) => (Of, Count) = ([.. Enumerable.Range(0, rows)], rows);

    private Clusters(int[] of, int count) => (Of, Count) = (of, count);

    /// <summary>The cluster of each row, numbered from 0.</summary>
    public int[] Of { get; }

    public int Count { get; }

    public bool AreRows => Count == Of.Length;

    public static Clusters Rows(int rows) => new(rows);

    /// <summary>The same groups under other numbers, out of more than there are here: those of another table go on where these end, or share them.</summary>
    /// <param name="numbers">One per cluster.</param>
    /// <param name="count">All numbers lie below it.</param>
    public Clusters Renumbered(int[] numbers, int count) => new([.. Of.Select(g => numbers[g])], count);

    /// <returns>Why so few clusters have no interval; null where they are enough.</returns>
    public static string? TooFew(int count) => count < Fewest ? $"{count} independent clusters cannot show their own scatter; at least {Fewest} are needed" : null;

    /// <summary>
    /// By how much shared noise inflates a variance of means, at least 1: Kish's design effect 1 + (m − 1)·ρ, with the intraclass correlation ρ of these
    /// residuals by analysis of variance.
    /// </summary>
    public double DesignEffect(ReadOnlySpan<double> residuals)
    {
        if (AreRows || Count < 2)
        {
            return 1;
        }

        var (sums, sizes, total) = (new double[Count], new double[Count], 0.0);
        for (var i = 0; i < Of.Length; i++)
        {
            sums[Of[i]] += residuals[i];
            sizes[Of[i]]++;
            total += residuals[i] * residuals[i];
        }

        var n = (double)Of.Length;
        var between = sums.Zip(sizes, (sum, size) => sum * sum / size).Sum();
        var size = (n - (sizes.Sum(s => s * s) / n)) / (Count - 1);
        var (meanBetween, meanWithin) = (between / (Count - 1), (total - between) / (n - Count));
        var correlation = (meanBetween - meanWithin) / (meanBetween + ((size - 1) * meanWithin));
        return 1 + ((size - 1) * Math.Clamp(correlation, 0, 1));
    }
}
