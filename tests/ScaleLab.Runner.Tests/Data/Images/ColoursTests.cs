using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class ColoursTests
{
    [Fact]
    public void Brightness_multiplies_and_stops_at_white() => Check([0.2f, 0.5f, 0.8f], [0.3f, 0.75f, 1f], c => Colours.Brightness(c, 1.5f));

    [Fact]
    public void Contrast_moves_from_the_mean_luminance()
    {
        // Two pixels of luminance 0.299 and 0.587.
        Check([1, 0, 0, 1, 0, 0], [0.443f, 0.443f, 0.443f, 0.443f, 0.443f, 0.443f], c => Colours.Contrast(c, 0, channels: 3));
        Check([0.2f, 0.6f], [0.3f, 0.5f], c => Colours.Contrast(c, 0.5f, channels: 1));
    }

    [Fact]
    public void Saturation_moves_from_the_luminance()
    {
        Check([1, 0, 0], [0.299f, 0.299f, 0.299f], c => Colours.Saturation(c, 0));
        Check([1, 0, 0], [0.6495f, 0.1495f, 0.1495f], c => Colours.Saturation(c, 0.5f));
        Check([0.6f, 0.5f, 0.4f], [0.6f, 0.5f, 0.4f], c => Colours.Saturation(c, 1));
    }

    [Theory]
    [InlineData(1 / 3f, 0, 1, 0)]
    [InlineData(2 / 3f, 0, 0, 1)]
    [InlineData(-1 / 3f, 0, 0, 1)]
    [InlineData(1 / 6f, 1, 1, 0)]
    [InlineData(0.5f, 0, 1, 1)]
    public void A_third_of_a_circle_turns_red_to_green(float turn, float red, float green, float blue) =>
        Check([1, 0, 0], [red, green, blue], c => Colours.Hue(c, turn));

    [Fact]
    public void Turning_the_hue_back_gives_the_image()
    {
        var random = new SplitMix64(4);
        for (var i = 0; i < 1000; i++)
        {
            float[] colour = [(float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble()];
            var turn = (float)random.Between(-0.5, 0.5);
            var turned = colour.ToArray();
            Colours.Hue(turned, turn);
            Assert.Equal((colour.Max(), colour.Min()), (turned.Max(), turned.Min()), (a, b) => MathF.Abs(a.Item1 - b.Item1) < 1e-6f && MathF.Abs(a.Item2 - b.Item2) < 1e-6f);
            Check(turned, colour, c => Colours.Hue(c, -turn));
        }
    }

    [Fact]
    public void Gray_is_the_luminance_and_has_no_hue()
    {
        Check([0, 1, 0], [0.587f, 0.587f, 0.587f], c => Colours.Gray(c));
        Check([0.3f, 0.3f, 0.3f], [0.3f, 0.3f, 0.3f], c => Colours.Hue(c, 0.3f));
    }

    [Fact]
    public void Solarize_inverts_what_is_bright() => Check([0.2f, 0.5f, 0.9f], [0.2f, 0.5f, 0.1f], c => Colours.Solarize(c));

    private static void Check(float[] before, float[] after, Action<float[]> change)
    {
        var values = before.ToArray();
        change(values);
        Assert.Equal(after, values, (a, b) => MathF.Abs(a - b) < 2e-6f);
    }
}
