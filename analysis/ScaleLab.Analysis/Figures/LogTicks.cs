using System.Globalization;
using ScaleLab.Contracts.Text;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>
/// Ticks for an axis that holds log10 values. Over decades they are powers of ten; within a decade (a loss axis) they are the
/// round numbers that have room: 2, 2.5, 3, 4, 5, …
/// </summary>
/// <param name="label">Writes a value, not its logarithm.</param>
internal sealed class LogTicks(Func<double, string> label) : ITickGenerator
{
    // What a decade is cut into, from coarse to fine. Finer than these come even steps.
    private static readonly double[][] Cuts = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8]];
    private static readonly double[] Steps = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

    public Tick[] Ticks { get; set; } = [];

    public int MaxTickCount { get; set; } = 1000;

    /// <summary>10¹⁸, 3×10¹⁸.</summary>
    public static string PowerOfTen(double value)
    {
        // Rounded first: 9.9999×10⁵ is 10⁶.
        var parts = value.ToString("E3", CultureInfo.InvariantCulture).Split('E');
        var mantissa = double.Parse(parts[0], CultureInfo.InvariantCulture).ToString("0.###", CultureInfo.InvariantCulture);
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var power = string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
        return mantissa == "1" ? $"10{power}" : $"{mantissa}×10{power}";
    }

    /// <summary>10k, 1.5M.</summary>
    public static string Count(double value) => Quantity.Format(value);

    public static string Plain(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);

    public void Regenerate(CoordinateRange range, Edge edge, PixelLength size, Paint paint, LabelStyle labelStyle)
    {
        var horizontal = edge is Edge.Bottom or Edge.Top;
        Ticks = !(range.Span > 0) || !double.IsFinite(range.Span) || size.Length <= 0
            ? []
            : Place(range.Min, range.Max, size.Length, text => horizontal ? labelStyle.Measure(text, paint).Width + 10 : 2.2 * labelStyle.FontSize, horizontal ? Panel.RightMargin : double.PositiveInfinity);
    }

    /// <param name="min">log10 of the axis' least value.</param>
    /// <param name="max">log10 of its greatest.</param>
    /// <param name="pixels">Its length.</param>
    /// <param name="extent">Pixels along the axis that a label needs, its distance from the next included.</param>
    /// <param name="beyond">Pixels by which a label may reach beyond the axis' end.</param>
    internal Tick[] Place(double min, double max, double pixels, Func<string, double> extent, double beyond = double.PositiveInfinity)
    {
        var perUnit = pixels / (max - min);
        double[] chosen = [];
        foreach (var all in Candidates(min, max))
        {
            double[] candidate = [.. all.Where(v => ((max - Math.Log10(v)) * perUnit) + beyond >= (extent(label(v)) / 2) - 5)];
            var fits = candidate.Zip(candidate.Skip(1)).All(pair =>
                (Math.Log10(pair.Second) - Math.Log10(pair.First)) * perUnit >= (extent(label(pair.First)) + extent(label(pair.Second))) / 2);
            if (!fits)
            {
                break;
            }

            chosen = candidate.Length > chosen.Length ? candidate : chosen;
        }

        var majors = chosen.Select(v => Tick.Major(Math.Log10(v), label(v)));
        var minors = max - min > 8 ? [] : Values(min, max, [1, 2, 3, 4, 5, 6, 7, 8, 9]).Except(chosen).Select(v => Tick.Minor(Math.Log10(v)));
        return [.. majors, .. minors];
    }

    private static IEnumerable<double[]> Candidates(double min, double max)
    {
        foreach (var every in new[] { 10, 5, 3, 2 })
        {
            var powers = Values(min, max, [1]).Where(v => Math.Round(Math.Log10(v)) % every == 0).ToArray();
            if (powers.Length > 1)
            {
                yield return powers;
            }
        }

        foreach (var cut in Cuts)
        {
            yield return Values(min, max, cut);
        }

        // Even steps; over a decade and more they would crowd at its upper end.
        var decade = Math.Pow(10, Math.Floor(max + 1e-9));
        foreach (var step in max - min < 1 ? Steps : [])
        {
            var first = Math.Ceiling((Math.Pow(10, min) / (step * decade)) - 1e-9);
            var last = Math.Floor((Math.Pow(10, max) / (step * decade)) + 1e-9);
            yield return [.. Enumerable.Range(0, Math.Clamp((int)(last - first) + 1, 0, 100)).Select(i => Math.Round((first + i) * step, 4) * decade)];
        }
    }

    private static double[] Values(double min, double max, double[] mantissas) =>
    [
        .. from exponent in Enumerable.Range((int)Math.Floor(min), (int)Math.Ceiling(max) - (int)Math.Floor(min) + 1)
           from mantissa in mantissas
           let value = mantissa * Math.Pow(10, exponent)
           where Math.Log10(value) >= min - 1e-9 && Math.Log10(value) <= max + 1e-9
           select value
    ];
}
