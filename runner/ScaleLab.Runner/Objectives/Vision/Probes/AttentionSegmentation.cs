namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>
/// How well an attention map finds an object, after Caron et al. 2021 (DINO, section 4.2.2): the smallest set of patches that holds 60 % of the attention against the object's mask, as Jaccard index.
/// Beside this thresholded score the average precision of the attention, which needs no threshold; by chance it is the object's share of the image.
/// </summary>
internal static class AttentionSegmentation
{
    public const double Mass = 0.6;

    /// <summary>Patches in ascending order of attention whose running sum exceeds (1 − mass) of the whole; of equal ones the later first, as in the released code.</summary>
    /// <param name="attention">(L), not negative.</param>
    /// <param name="mass">Share of attention to keep.</param>
    public static bool[] Keep(ReadOnlySpan<double> attention, double mass = Mass)
    {
        var order = Enumerable.Range(0, attention.Length).ToArray();
        var weights = attention.ToArray();
        Array.Sort(order, (a, b) => weights[a] != weights[b] ? weights[a].CompareTo(weights[b]) : a.CompareTo(b));
        var (kept, sum, rest) = (new bool[weights.Length], 0.0, (1 - mass) * weights.Sum());
        foreach (var patch in order)
        {
            sum += weights[patch];
            kept[patch] = sum > rest;
        }

        return kept;
    }

    /// <summary>Pixels in both over pixels in either.</summary>
    /// <param name="kept">(L): patches, each with all its pixels.</param>
    /// <param name="mask">(L): pixels of the object in each patch.</param>
    /// <param name="pixels">Of a patch.</param>
    public static double Jaccard(ReadOnlySpan<bool> kept, ReadOnlySpan<int> mask, int pixels)
    {
        var (both, either) = (0L, 0L);
        for (var p = 0; p < kept.Length; p++)
        {
            both += kept[p] ? mask[p] : 0;
            either += kept[p] ? pixels : mask[p];
        }

        return either > 0 ? (double)both / either : 0;
    }

    /// <summary>Σ (R_k − R_{k−1}) P_k over descending attention; patches of equal attention are one step.</summary>
    /// <param name="attention">(L).</param>
    /// <param name="mask">(L): pixels of the object in each patch, one or more in all.</param>
    /// <param name="pixels">Of a patch.</param>
    public static double AveragePrecision(ReadOnlySpan<double> attention, ReadOnlySpan<int> mask, int pixels)
    {
        var weights = attention.ToArray();
        var order = Enumerable.Range(0, weights.Length).OrderByDescending(p => weights[p]).ToArray();
        var (all, found, read, sum) = ((double)Sum(mask), 0L, 0L, 0.0);
        for (var i = 0; i < order.Length;)
        {
            var before = found;
            for (var level = weights[order[i]]; i < order.Length && weights[order[i]] == level; i++)
            {
                found += mask[order[i]];
                read += pixels;
            }

            sum += (found - before) / all * found / read;
        }

        return sum;
    }

    private static long Sum(ReadOnlySpan<int> numbers)
    {
        var sum = 0L;
        foreach (var number in numbers)
        {
            sum += number;
        }

        return sum;
    }
}
