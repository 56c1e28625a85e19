using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fonts;
using ScottPlot;
using SkiaSharp;

namespace ScaleLab.Analysis.Tests.Figures;

public sealed class FigureFontTests
{
    private const string Needed = "ABCXYZabcxyz0123456789 αβγδ ⁰¹²³⁴⁵⁶⁷⁸⁹⁻ ₀₁₂ ᵃᵇ ×·±−–≤≥≈∞∂√ ()[]{}<>*/%,.:;…";

    [Theory]
    [InlineData(FontWeight.Normal)]
    [InlineData(FontWeight.Bold)]
    public void Both_weights_hold_greek_superscripts_and_signs(FontWeight weight)
    {
        FigureFont.Use();
        var typeface = ScottPlot.Fonts.GetTypeface(ScottPlot.Fonts.Default, weight, FontSlant.Upright, FontSpacing.Normal);
        Assert.Equal(FigureFont.Family, typeface.FamilyName);
        Assert.Equal(weight == FontWeight.Bold, typeface.IsBold);
        Assert.All(Needed, c => Assert.True(typeface.ContainsGlyph(c), $"no glyph for {c}"));
    }

    [Fact]
    public void Axis_labels_leave_ink_on_the_paper()
    {
        var sheet = new Sheet(new()).Row(320, new Panel(Axis.Compute([1e18, 1e22]), Axis.Loss("Loss (nats)", [2, 4])));
        using var picture = SKBitmap.Decode(sheet.Png());
        Assert.Equal((840, 640), (picture.Width, picture.Height));
        var ink = Enumerable.Range(200, 500).Sum(x => Enumerable.Range(596, 40).Count(y => picture.GetPixel(x, y).Red < 128));
        Assert.InRange(ink, 400, 8000);
    }
}
