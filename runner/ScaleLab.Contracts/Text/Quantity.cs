using System.Globalization;

namespace ScaleLab.Contracts.Text;

/// <summary>Numbers as people write them in sweeps and on command lines: <c>350k</c>, <c>1.5M</c>, <c>20B</c>, <c>1e18</c>, <c>10_000</c>.</summary>
public static class Quantity
{
    private static readonly (char Suffix, double Factor)[] Suffixes = [('k', 1e3), ('M', 1e6), ('B', 1e9), ('G', 1e9), ('T', 1e12)];

    /// <returns>False unless <paramref name="text"/> is a finite number, with at most one suffix.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        var factor = 1.0;
        if (text.Length > 1)
        {
            var last = text[^1] == 'K' ? 'k' : text[^1];
            foreach (var (suffix, scale) in Suffixes)
            {
                if (suffix == last)
                {
                    factor = scale;
                    text = text[..^1];
                    break;
                }
            }
        }

        // A separator stands between digits, never at an end.
        if (text.IsEmpty || text[0] == '_' || text[^1] == '_' || text[^1] == ' ')
        {
            value = 0;
            return false;
        }

        var parsed = double.TryParse(text.ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        value *= factor;
        return parsed && double.IsFinite(value);
    }

    /// <summary>Three significant digits and a suffix: <c>1.32M</c>. Never parsed back.</summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value) || Math.Abs(value) < 999.5)
        {
            return value.ToString("G3", CultureInfo.InvariantCulture);
        }

        // 999,950 must become 1M, not 1000k: so round first, then choose the suffix.
        var rounded = double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var (suffix, factor) = Array.FindLast(Suffixes, s => s.Suffix != 'G' && Math.Abs(rounded) >= s.Factor);
        return rounded / factor < 9999
            ? (rounded / factor).ToString("G4", CultureInfo.InvariantCulture) + suffix
            : value.ToString("0.##e+0", CultureInfo.InvariantCulture);
    }
}
