using System.Text.RegularExpressions;
using System.Xml.Linq;
using ScaleLab.Analysis.Figures;

namespace ScaleLab.Analysis.Tests.Figures;

public sealed partial class SvgTextTests
{
    private static readonly Figure Figure = LossContours.From(SyntheticSweep.Fit(), SyntheticSweep.Observations, "tokens");

    [Fact]
    public void Drawing_again_gives_the_same_bytes()
    {
        Assert.Equal(Figure.Draw().Svg("x", "t"), Figure.Draw().Svg("x", "t"));
        Assert.Equal(Figure.Draw().Png(), Figure.Draw().Png());
    }

    [Fact]
    public void Every_id_carries_the_figures_name_and_every_reference_finds_its_id()
    {
        var svg = Figure.Draw().Svg("loss-contours", "t");
        var ids = Id().Matches(svg).Select(m => m.Groups[1].Value).ToList();
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.StartsWith("loss-contours-", id));
        Assert.Distinct(ids);
        Assert.All(Reference().Matches(svg), m => Assert.Contains(m.Groups[1].Value, ids));
    }

    [Fact]
    public void A_file_is_well_formed_scales_and_brings_its_font()
    {
        var svg = XDocument.Parse(SvgText.Standalone(Figure.Draw().Svg("x", "a < b & c"))).Root!;
        Assert.Equal("0 0 420 320", svg.Attribute("viewBox")!.Value);
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("a < b & c", svg.Element(ns + "title")!.Value);
        Assert.Contains("@font-face{font-family:Inter;font-weight:400;src:url(data:font/otf;base64,", svg.Element(ns + "style")!.Value, StringComparison.Ordinal);
        var texts = svg.Descendants(ns + "text").ToList();
        Assert.All(texts, t => Assert.StartsWith("Inter,", t.Attribute("font-family")!.Value));
        Assert.Contains(texts, t => t.Value == "Training data (tokens)");
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
