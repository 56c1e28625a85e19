using System.Text.RegularExpressions;
using System.Xml.Linq;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fonts;

namespace ScaleLab.Analysis.Tests.Figures;

public sealed partial class SvgTextTests
{
    private static readonly Figure Figure = LossContours.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");

    [Fact]
    public void Drawing_again_gives_the_same_bytes()
    {
        Assert.Equal(Figure.Draw(new()).Svg("x", "t"), Figure.Draw(new()).Svg("x", "t"));
        Assert.Equal(Figure.Draw(new()).Png(), Figure.Draw(new()).Png());
        Assert.Equal(Figure.Draw(new()).Pdf("t"), Figure.Draw(new()).Pdf("t"));
    }

    [Fact]
    public void Every_id_carries_the_figures_name_and_every_reference_finds_its_id()
    {
        var svg = Figure.Draw(new()).Svg("loss-contours", "t");
        var ids = Id().Matches(svg).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.StartsWith("loss-contours-", id));
        Assert.Distinct(ids);
        Assert.All(Reference().Matches(svg), m => Assert.Contains(m.Groups[1].Value, ids));
    }

    [Fact]
    public void A_file_is_well_formed_scales_and_needs_no_font()
    {
        var svg = XDocument.Parse(SvgText.Standalone(Figure.Draw(new()).Svg("x", "a < b & c"))).Root!;
        Assert.Equal("0 0 420 320", svg.Attribute("viewBox")!.Value);
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("a < b & c", svg.Element(ns + "title")!.Value);
        Assert.Empty(svg.Descendants(ns + "text"));
        var label = Assert.Single(svg.Descendants(ns + "path"), p => p.Attribute("aria-label")?.Value == "Training data (tokens)");
        Assert.True(label.Attribute("d")!.Value.Length > 500);
        Assert.Contains(svg.Descendants(ns + "path"), p => p.Attribute("aria-label")?.Value == "10¹² FLOP");
    }

    [Fact]
    public void An_outline_lies_where_skia_put_the_glyph()
    {
        const string text = "<svg>\n\t<text fill=\"#123\" transform=\"rotate(5)\" font-size=\"10\" font-family=\"Inter\" x=\"100, 110, \" y=\"50, \">\n\t\tI&amp;\n\t</text>\n</svg>";
        var path = XDocument.Parse(SvgText.Tidy(text, "x", "t", 1, 1)).Descendants().Single(e => e.Name.LocalName == "path");
        Assert.Equal(("I&", "#123", "rotate(5)"), (path.Attribute("aria-label")!.Value, path.Attribute("fill")!.Value, path.Attribute("transform")!.Value));
        using var outline = SkiaSharp.SKPath.ParseSvgPathData(path.Attribute("d")!.Value);
        Assert.InRange(outline.Bounds.Left, 100, 102);
        Assert.InRange(outline.Bounds.Right, 115, 118);
        Assert.InRange(outline.Bounds.Top, 42, 43.5);
        Assert.InRange(outline.Bounds.Bottom, 49.9, 50.3);
    }

    [Fact]
    public void The_letter_of_a_panel_is_as_bold_in_svg_as_in_print()
    {
        var svg = XDocument.Parse(SvgText.Standalone(Parity.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens").Draw(new()).Svg("x", "t")));
        var letter = svg.Descendants().Single(e => e.Attribute("aria-label")?.Value == "b");
        using var drawn = SkiaSharp.SKPath.ParseSvgPathData(letter.Attribute("d")!.Value);
        using var bold = FigureFont.Outline("b", bold: true, 13, [new(0, 0)]);
        using var regular = FigureFont.Outline("b", bold: false, 13, [new(0, 0)]);
        Assert.Equal(bold.Bounds.Width, drawn.Bounds.Width, .05);
        Assert.True(bold.Bounds.Width > regular.Bounds.Width + .2);
    }

    [Fact]
    public void Dashes_are_strokes_since_svg_gets_no_dash_pattern()
    {
        using var path = DashedLine.Strokes([new(0, 0), new(0, 25), new(20, 25)]);

        // Of 45 pixels, five strokes of 6 (the third is bent at the corner: two pieces) and four gaps of 4 but for the last pixel.
        var strokes = path.Points.Chunk(2).ToList();
        Assert.Equal(6, strokes.Count);
        Assert.Equal(29, strokes.Sum(s => Math.Abs(s[1].X - s[0].X) + Math.Abs(s[1].Y - s[0].Y)), 1e-3);
    }

    [GeneratedRegex("\\bid=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("url\\(#([^)]+)\\)")]
    private static partial Regex Reference();
}
