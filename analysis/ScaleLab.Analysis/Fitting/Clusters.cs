using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Which rows share noise: the branches of a trunk do. A row that names no cluster is its own.</summary>
internal sealed class Clusters
{
    // Below six, resampling clusters shows less than half of their scatter and draws intervals that are too narrow.
    private const int Fewest = 6;

    public Clusters(IReadOnlyList<Observation> observations)
        : this([.. observations.Select(o => o.Cluster)])
    {
    }

    /// <param name="names">One per row; null for a row that shares noise with none.</param>
    public Clusters(string?[] names)
    {
        var seen = new Dictionary<string, int>();
        Of = new int[names.Length];
        for (var i = 0; i < Of.Length; i++)
        {
            var name = names[i];
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

    /// <summary>By how much shared noise inflates a variance of means, at least 1: Kish's design effect 1 + (m − 1)·ρ.</summary>
    public double DesignEffect(ReadOnlySpan<double> residuals) => Shared(residuals) is var (correlation, size) ? 1 + ((size - 1) * correlation) : 1;

    /// <summary>The part of these residuals' variance that is common to a cluster: the intraclass correlation ρ by analysis of variance, in [0, 1].</summary>
    public double Correlation(ReadOnlySpan<double> residuals) => Shared(residuals)?.Correlation ?? 0;

    private (double Correlation, double Size)? Shared(ReadOnlySpan<double> residuals)
    {
        if (AreRows || Count < 2)
        {
            return null;
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

        // Of an exact fit nothing is left to be common.
        return (double.IsNaN(correlation) ? 0 : Math.Clamp(correlation, 0, 1), size);
    }
}
