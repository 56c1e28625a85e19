using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace ScaleLab.Analysis.Fonts;

/// <summary>
/// The font of all figures: a subset of Inter (OFL) that lies in this assembly, so that a figure is the same on every machine,
/// one without fonts or fontconfig included.
/// </summary>
public static class FigureFont
{
    public const string Family = "Inter";

    private static readonly Lazy<bool> Registered = new(Register);

    /// <summary>Makes it the font of ScottPlot, whose fonts are global. Throws where Skia or the font cannot be loaded.</summary>
    public static void Use() => _ = Registered.Value;

    /// <summary>The outlines of a text, each of its characters at a given place.</summary>
    /// <param name="text">Characters of the basic plane.</param>
    /// <param name="bold">Its weight.</param>
    /// <param name="size">Pixels to the em.</param>
    /// <param name="at">A place per character; of those without one nothing is drawn.</param>
    internal static SKPath Outline(string text, bool bold, float size, IReadOnlyList<SKPoint> at)
    {
        Use();
        using var font = new SKFont(ScottPlot.Fonts.GetTypeface(Family, bold, italic: false), size);
        var outline = new SKPath();
        foreach (var (glyph, place) in font.GetGlyphs(text).Zip(at))
        {
            using var path = font.GetGlyphPath(glyph);
            if (path is not null)
            {
                outline.AddPath(path, place.X, place.Y);
            }
        }

        return outline;
    }

    /// <summary>Bold text with its left end and base line at a place.</summary>
    internal static void Write(SKCanvas canvas, string text, float size, float x, float y)
    {
        Use();
        using var font = new SKFont(ScottPlot.Fonts.GetTypeface(Family, bold: true, italic: false), size);
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.DrawText(text, x, y, font, paint);
    }

    private static byte[] Bytes(string weight)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Inter-{weight}.ttf")
            ?? throw new InvalidOperationException($"the font resource Inter-{weight}.ttf is missing");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static bool Register()
    {
        // First, since the resolver of system fonts answers every name with something.
        ScottPlot.Fonts.FontResolvers.Insert(0, new Resolver());
        ScottPlot.Fonts.Default = Family;
        ScottPlot.Fonts.Sans = Family;
        return true;
    }

    private sealed class Resolver : IFontResolver
    {
        private readonly SKTypeface _regular = Typeface("Regular");
        private readonly SKTypeface _bold = Typeface("Bold");

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            CreateTypeface(fontName, weight >= FontWeight.SemiBold, slant != FontSlant.Upright);

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName != Family ? null : bold ? _bold : _regular;

        private static SKTypeface Typeface(string weight)
        {
            using var data = SKData.CreateCopy(Bytes(weight));
            return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"Skia cannot read the font Inter-{weight}.ttf");
        }
    }
}
