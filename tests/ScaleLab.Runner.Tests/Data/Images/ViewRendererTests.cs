using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class ViewRendererTests : TorchTests
{
    [Fact]
    public void A_view_without_a_crop_is_the_image()
    {
        var image = Image(16, 3);
        foreach (var bicubic in (bool[])[false, true])
        {
            var view = Render(image, 16, 3, ViewRecipe.None with { Size = 16, Bicubic = bicubic });
            for (var i = 0; i < 16 * 16; i++)
            {
                Assert.Equal(image[(3 * i) + 1] / 255f, view[(16 * 16) + i], 1e-6f);
            }
        }
    }

    [Theory]
    [InlineData(24)]
    [InlineData(37)]
    public void A_larger_view_is_the_bilinear_image_of_torch(int target)
    {
        var image = Image(16, 3);
        var view = Render(image, 16, 3, ViewRecipe.None with { Size = target });
        using var scope = NewDisposeScope();
        var expected = nn.functional.interpolate(
            tensor(Array.ConvertAll(image, b => b / 255f), [1, 16, 16, 3]).permute(0, 3, 1, 2),
            [target, target],
            mode: InterpolationMode.Bilinear,
            align_corners: false);
        Assert.Equal(0, (tensor(view) - expected.reshape(-1)).abs().max().item<float>(), 1e-5);
    }

    [Fact]
    public void Half_the_size_averages_as_pillow_does()
    {
        // A triangle over four pixels: 1, 3, 3, 1 eighths; at the border what lies inside counts.
        var axis = new Resampling();
        axis.Set(0, 8, 4, bicubic: false);
        Assert.Equal([1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0], Weights(axis, 1, 8).Where(w => w != 0), Near);
        Assert.Equal([3 / 7.0, 3 / 7.0, 1 / 7.0], Weights(axis, 0, 8).Where(w => w != 0), Near);
    }

    [Fact]
    public void Twice_the_size_takes_the_cubic_of_keys()
    {
        var axis = new Resampling();
        axis.Set(0, 8, 16, bicubic: true);
        Assert.Equal([-0.0234375, 0.2265625, 0.8671875, -0.0703125], Weights(axis, 8, 8).Where(w => w != 0), Near);
        Assert.Equal([-0.0703125, 0.8671875, 0.2265625, -0.0234375], Weights(axis, 9, 8).Where(w => w != 0), Near);
    }

    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(3, 16, true)]
    [InlineData(61, 16, true)]
    [InlineData(61, 64, false)]
    public void Any_crop_of_a_plain_image_is_plain(int width, int target, bool bicubic)
    {
        var axis = new Resampling();
        axis.Set(2, width, target, bicubic);
        for (var i = 0; i < target; i++)
        {
            Assert.Equal(1, axis.Weights(i).ToArray().Sum(), 1e-6f);
            Assert.InRange(axis.First(i), 2, 2 + width - axis.Taps);
        }
    }

    [Fact]
    public void A_flip_mirrors()
    {
        var image = Image(8, 1);
        var plain = Render(image, 8, 1, ViewRecipe.None with { Size = 8 });
        var flipped = Render(image, 8, 1, ViewRecipe.None with { Size = 8, Flip = 1 });
        Assert.Equal(plain.Chunk(8).SelectMany(row => row.Reverse()), flipped);
    }

    [Fact]
    public void Every_frame_of_a_clip_is_changed_alike()
    {
        var frame = Image(16, 3);
        byte[] clip = [.. frame, .. frame, .. frame];
        var recipe = (ViewRecipe.SimClr with { Crop = (0.2, 0.5), Solarize = 0.5 }).For(16, 3);
        for (var i = 0UL; i < 20; i++)
        {
            var into = new float[3 * 3 * 16 * 16];
            new ViewRenderer(16, 3, frames: 3).Render(clip, recipe, View.Draw(recipe, 16, new SplitMix64(i)), into);
            for (var c = 0; c < 3; c++)
            {
                var frames = into.AsSpan(c * 3 * 256, 3 * 256).ToArray().Chunk(256).ToList();
                Assert.Equal(frames[0], frames[1]);
                Assert.Equal(frames[0], frames[2]);
            }
        }
    }

    [Fact]
    public void Values_stay_between_0_and_1()
    {
        var recipe = (ViewRecipe.SimClr with { Size = 64, Solarize = 0.5, Blur = 0.5 }).For(32, 3);
        var renderer = new ViewRenderer(32, 3, frames: 1);
        var into = new float[3 * 64 * 64];
        for (var i = 0UL; i < 200; i++)
        {
            renderer.Render(Image(32, 3), recipe, View.Draw(recipe, 32, new SplitMix64(SplitMix64.Mix(i))), into);
            Assert.All(into, v => Assert.InRange(v, 0, 1));
        }
    }

    [Fact]
    public void Blur_keeps_a_plain_image_and_takes_contrast_from_another()
    {
        var recipe = ViewRecipe.None with { Size = 64, Blur = 1 };
        Assert.All(Render(new byte[64 * 64], 64, 1, recipe), v => Assert.Equal(0, v));
        Assert.All(Render([.. Enumerable.Repeat((byte)100, 64 * 64)], 64, 1, recipe), v => Assert.Equal(100 / 255f, v, 1e-5f));
        var (sharp, soft) = (Render(Image(64, 1), 64, 1, recipe with { Blur = 0 }), Render(Image(64, 1), 64, 1, recipe));
        Assert.Equal(sharp.Average(), soft.Average(), 0.01);
        Assert.True(Deviation(soft) < 0.8 * Deviation(sharp));
    }

    [Fact]
    public void A_point_is_blurred_to_a_gaussian()
    {
        var image = new byte[64 * 64];
        image[(32 * 64) + 32] = 255;
        var recipe = ViewRecipe.None with { Size = 64, Blur = 1 };
        var view = View.Draw(recipe, 64, new SplitMix64(3));
        var soft = new float[64 * 64];
        new ViewRenderer(64, 1, frames: 1).Render(image, recipe, view, soft);
        Assert.Equal(1, soft.Sum(), 1e-4f);
        Assert.Equal(Math.Exp(-0.5 / (view.Sigma * view.Sigma)), soft[(32 * 64) + 33] / soft[(32 * 64) + 32], 1e-4);
        Assert.Equal(soft[(31 * 64) + 32], soft[(32 * 64) + 33], 1e-6f);
    }

    private static float[] Render(byte[] image, int size, int channels, ViewRecipe recipe)
    {
        var into = new float[channels * recipe.Size!.Value * recipe.Size.Value];
        new ViewRenderer(size, channels, frames: 1).Render(image, recipe, View.Draw(recipe, size, new SplitMix64(1)), into);
        return into;
    }

    private static byte[] Image(int size, int channels)
    {
        var (image, random) = (new byte[size * size * channels], new SplitMix64(5));
        foreach (ref var value in image.AsSpan())
        {
            value = (byte)random.Below(256);
        }

        return image;
    }

    private static double[] Weights(Resampling axis, int target, int source)
    {
        var all = new double[source];
        for (var tap = 0; tap < axis.Taps; tap++)
        {
            all[axis.First(target) + tap] += axis.Weights(target)[tap];
        }

        return all;
    }

    private static double Deviation(float[] values) => Math.Sqrt(values.Average(v => (double)v * v) - Math.Pow(values.Average(), 2));

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-6;
}
