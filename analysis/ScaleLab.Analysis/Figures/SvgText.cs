using System.Globalization;
using System.Net;
using System.Security;
using System.Text.RegularExpressions;
using ScaleLab.Analysis.Fonts;
using SkiaSharp;

namespace ScaleLab.Analysis.Figures;

/// <summary>
/// Makes Skia's SVG the same at every render, scalable, described, safe beside others in one page, and free of fonts: its texts become
/// outlines, since a viewer need not have the font, and may not take one that the file brings.
/// </summary>
internal static partial class SvgText
{
    /// <returns>An <c>svg</c> element without prolog, for use inside HTML.</returns>
    public static string Tidy(string svg, string name, string title, int width, int height, double scale = 1)
    {
        // Skia numbers ids through the whole process.
        var ids = new Dictionary<string, string>();
        foreach (Match id in Id().Matches(svg))
        {
            ids.TryAdd(id.Groups[1].Value, $"{name}-{ids.Count + 1}");
        }

        svg = Reference().Replace(svg, m => ids.TryGetValue(m.Groups[2].Value, out var id) ? m.Groups[1].Value + id + m.Groups[3].Value : m.Value);
        svg = Text().Replace(svg, m => Outlined(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
        var open = $"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}" width="{Pixels(width * scale)}" height="{Pixels(height * scale)}" role="img" aria-labelledby="{name}-title"><title id="{name}-title">{Escaped(title)}</title>""";
        return Open().Replace(svg, open.Replace("$", "$$", StringComparison.Ordinal), 1).Replace("\t", "", StringComparison.Ordinal).Trim();
    }

    /// <returns>The same as a file.</returns>
    public static string Standalone(string svg) => $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{svg}\n";

    // Skia writes where each glyph stands, so that nothing has to be measured or shaped again. The words remain as a label.
    private static string Outlined(string attributes, string text)
    {
        var values = Attribute().Matches(attributes).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        var (x, y) = (Numbers(values.GetValueOrDefault("x", "0")), Numbers(values.GetValueOrDefault("y", "0")));
        var at = x.Select((left, i) => new SKPoint(left, y[Math.Min(i, y.Count - 1)])).ToList();
        // Skia's list of names has one too many: it calls 700 600.
        using var outline = FigureFont.Outline(text, values.GetValueOrDefault("font-weight") is "bold" or "600" or "700", float.Parse(values["font-size"], CultureInfo.InvariantCulture), at);
        var path = LongNumber().Replace(outline.ToSvgPathData(), m => double.Parse(m.Value, CultureInfo.InvariantCulture).ToString("0.##", CultureInfo.InvariantCulture));
        var kept = values.Where(v => v.Key is "fill" or "fill-opacity" or "transform").Select(v => $" {v.Key}=\"{v.Value}\"");
        return $"<path aria-label=\"{Escaped(text)}\"{string.Concat(kept)} d=\"{path}\"/>";
    }

    private static string Pixels(double length) => length.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => SecurityElement.Escape(text);

    private static List<float> Numbers(string list) =>
        [.. list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(n => float.Parse(n, CultureInfo.InvariantCulture))];

    [GeneratedRegex("\\bid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("(\\bid=\"|url\\(#|href=\"#)([^\")]+)(\"|\\))")]
    private static partial Regex Reference();

    [GeneratedRegex("<text([^>]*)>\\n?\\t*([^<\\n]*)\\n?\\t*</text>")]
    private static partial Regex Text();

    [GeneratedRegex("([\\w-]+)=\"([^\"]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex("-?\\d*\\.\\d{3,}(e-?\\d+)?")]
    private static partial Regex LongNumber();

    [GeneratedRegex("^.*?<svg[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Open();
}
