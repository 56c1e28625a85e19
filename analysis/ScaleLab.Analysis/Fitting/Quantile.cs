namespace ScaleLab.Analysis.Fitting;

internal static class Quantile
{
    /// <param name="values">At least one; need not be sorted.</param>
    public static double Median(IEnumerable<double> values) => Of(Sorted(values), 0.5);

    /// <summary>The central interval that holds <paramref name="level"/> of the values.</summary>
    public static Interval Central(IEnumerable<double> values, double level)
    {
        var sorted = Sorted(values);
        return new Interval(Of(sorted, (1 - level) / 2), Of(sorted, (1 + level) / 2));
    }

    /// <returns>So many quantiles at even steps from the least to the largest of the finite values; none where there are none.</returns>
    public static double[] Even(IEnumerable<double> values, int count)
    {
        var sorted = Sorted(values.Where(double.IsFinite));
        return sorted.Length == 0 ? [] : [.. Enumerable.Range(0, count).Select(i => Of(sorted, i / (count - 1.0)))];
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }

    // Linear between order statistics, as NumPy's default.
    private static double Of(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[^1];
    }
}
