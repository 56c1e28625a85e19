using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class ViewTests
{
    private const int Draws = 4000;

    private static readonly ViewRecipe Everything = ViewRecipe.Byol1 with { Blur = 0.5, Solarize = 0.2 };

    [Theory]
    [InlineData(32, 0.08, 1)]
    [InlineData(224, 0.05, 0.4)]
    [InlineData(16, 0.3, 1)]
    public void A_crop_has_the_area_and_aspect_of_its_recipe(int size, double low, double high)
    {
        var recipe = ViewRecipe.Byol1 with { Crop = (low, high) };
        var areas = 0.0;
        foreach (var view in Views(recipe, size))
        {
            var (left, top, width, height) = view.Box;
            Assert.True(left >= 0 && top >= 0 && left + width <= size && top + height <= size);

            // Sides are rounded to pixels.
            Assert.InRange((double)width * height, (low * size * size) - size - 1, (high * size * size) + size + 1);
            Assert.InRange((width + 1.0) / (height - 1.0), 0.74, double.PositiveInfinity);
            Assert.InRange((width - 1.0) / (height + 1.0), 0, 1.34);
            areas += (double)width * height / size / size;
        }

        // Boxes that do not fit are drawn again, which costs the largest ones some of their share.
        Assert.InRange(areas / Draws, (low + high) / 2 * 0.85, (low + high) / 2 * 1.03);
    }

    [Fact]
    public void Everything_happens_as_often_as_the_recipe_says()
    {
        var views = Views(Everything, 64).ToList();
        Share(0.5, v => v.Flip);
        Share(0.8, v => v.Jitter);
        Share(0.2, v => v.Gray);
        Share(0.5, v => v.Sigma > 0);
        Share(0.2, v => v.Solarize);

        void Share(double expected, Func<View, bool> happened) => Assert.Equal(expected, views.Count(happened) / (double)Draws, 4 * Math.Sqrt(expected * (1 - expected) / Draws));
    }

    [Fact]
    public void Jitter_has_its_ranges_and_every_order()
    {
        var views = Views(Everything, 32).Where(v => v.Jitter).ToList();
        (float Low, float High)[] ranges = [(0.6f, 1.4f), (0.6f, 1.4f), (0.8f, 1.2f), (-0.1f, 0.1f)];
        for (var step = 0; step < 4; step++)
        {
            var factors = views.ConvertAll(v => v.Factors[step]);
            Assert.InRange(factors.Min(), ranges[step].Low, ranges[step].Low + 0.01);
            Assert.InRange(factors.Max(), ranges[step].High - 0.01, ranges[step].High);
        }

        var orders = views.CountBy(v => (v.Order[0], v.Order[1], v.Order[2], v.Order[3])).ToDictionary();
        Assert.Equal(24, orders.Count);
        Assert.All(orders.Values, c => Assert.InRange(c, views.Count / 24 * 0.6, views.Count / 24 * 1.4));
        Assert.All(orders.Keys, o => Assert.Equal([0, 1, 2, 3], new[] { o.Item1, o.Item2, o.Item3, o.Item4 }.Order()));
    }

    [Fact]
    public void Small_images_are_not_blurred_and_gray_ones_keep_their_colours()
    {
        Assert.Equal((0, 1), (ViewRecipe.Byol1.For(32, 3).Blur, ViewRecipe.Byol1.For(64, 3).Blur));
        Assert.Equal(0, (ViewRecipe.DinoLocal with { Size = 48 }).For(224, 3).Blur);
        var gray = ViewRecipe.Byol1.For(32, 1);
        Assert.Equal((0, 0, 0, 0.4), (gray.Gray, gray.Jitter!.Saturation, gray.Jitter.Hue, gray.Jitter.Brightness));
    }

    private static IEnumerable<View> Views(ViewRecipe recipe, int size) =>
        Enumerable.Range(0, Draws).Select(i => View.Draw(recipe, size, new SplitMix64(SplitMix64.Mix((ulong)i))));
}
