using System.Net;
using System.Text.RegularExpressions;
using ScaleLab.Analysis.Fonts;

namespace ScaleLab.Analysis.Figures;

/// <summary>Makes Skia's SVG the same at every render, scalable, described, and safe beside others in one page.</summary>
internal static partial class SvgText
{
    /// <returns>An <c>svg</c> element without prolog, for use inside HTML that carries the font.</returns>
    public static string Tidy(string svg, string name, string title, int width, int height)
    {
        // Skia numbers ids through the whole process.
        var ids = new Dictionary<string, string>();
        foreach (Match id in Id().Matches(svg))
        {
            ids.TryAdd(id.Groups[1].Value, $"{name}-{ids.Count + 1}");
        }

        svg = Reference().Replace(svg, m => ids.TryGetValue(m.Groups[2].Value, out var id) ? m.Groups[1].Value + id + m.Groups[3].Value : m.Value);
        var open = $"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="{name}-title"><title id="{name}-title">{WebUtility.HtmlEncode(title)}</title>""";

        // Skia's lists of positions end in a comma and its texts in line feeds, which not every reader forgives.
        svg = ListEnd().Replace(svg, "\"");
        svg = Text().Replace(svg, "$1$2</text>");
        return Open().Replace(svg, open.Replace("$", "$$", StringComparison.Ordinal), 1)
            .Replace($"font-family=\"{FigureFont.Family}\"", $"font-family=\"{FigureFont.Family}, Helvetica, Arial, sans-serif\"", StringComparison.Ordinal)
            .Trim();
    }

    /// <returns>The same as a file that shows its text anywhere.</returns>
    public static string Standalone(string svg)
    {
        var inside = svg.IndexOf("</title>", StringComparison.Ordinal) + "</title>".Length;
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{svg[..inside]}<style>{FigureFont.Css}</style>{svg[inside..]}\n";
    }

    [GeneratedRegex("\\bid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("(\\bid=\"|url\\(#|href=\"#)([^\")]+)(\"|\\))")]
    private static partial Regex Reference();

    [GeneratedRegex(",\\s*\"")]
    private static partial Regex ListEnd();

    [GeneratedRegex("(<text[^>]*>)\\s*([^<]*?)\\s*</text>")]
    private static partial Regex Text();

    [GeneratedRegex("^.*?<svg[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Open();
}
