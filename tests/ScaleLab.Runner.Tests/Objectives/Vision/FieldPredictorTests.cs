using ScaleLab.Runner.Data.Images.Worlds;
using ScaleLab.Runner.Objectives.Vision;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision;

public sealed class FieldPredictorTests : TorchTests
{
    [Fact]
    public void Of_four_pixels_one_leaves_what_its_correlations_do_not_explain()
    {
        using var predictor = new FieldPredictor(size: 2, patch: 1, length: 4, noise: 0);
        var (side, diagonal) = (Math.Exp(-1 / 4.0), Math.Exp(-Math.Sqrt(2) / 4));
        var expected = ((2 * (1 - (side * side))) + (1 - (diagonal * diagonal))) / 3;
        Assert.Equal(expected, predictor.ExpectedLoss(tensor(new long[] { 0 }, [1, 1])).item<double>(), 1e-12);

        // The image (2, −1, 0.5, 3): each hidden pixel is guessed as ρ · 2.
        var image = tensor(new[] { 2, -1, 0.5, 3 }, [1, 4, 1]);
        var loss = (Math.Pow((2 * side) + 1, 2) + Math.Pow((2 * side) - 0.5, 2) + Math.Pow((2 * diagonal) - 3, 2)) / 3;
        Assert.Equal(loss, predictor.Loss(image, tensor(new long[] { 0 }, [1, 1])), 1e-12);
    }

    [Fact]
    public void The_expected_loss_is_that_of_the_reference_for_every_mask()
    {
        var oracle = Reference.Oracle("procedural").GetProperty("gaussian_mae_bayes");
        var masks = (from a in Enumerable.Range(0, 16)
                     from b in Enumerable.Range(a + 1, 15 - a)
                     from c in Enumerable.Range(b + 1, 15 - b)
                     from d in Enumerable.Range(c + 1, 15 - c)
                     select new long[] { a, b, c, d }).ToList();
        Assert.Equal(1820, masks.Count);
        using var predictor = new FieldPredictor(16, 4, 4, noise: 0);
        var losses = masks.Chunk(130).SelectMany(m => predictor.ExpectedLoss(tensor(m.SelectMany(v => v).ToArray(), [m.Length, 4])).data<double>().ToArray()).ToList();
        Assert.Equal(oracle.GetProperty("mean_over_all_1820_masks").GetDouble(), losses.Average(), 1e-9);
        Assert.Equal(oracle.GetProperty("min")[0].GetDouble(), losses.Min(), 1e-9);
        Assert.Equal(oracle.GetProperty("max")[0].GetDouble(), losses.Max(), 1e-9);
        Assert.Equal(oracle.GetProperty("keep_corners_0_3_12_15").GetDouble(), losses[masks.FindIndex(m => m is [0, 3, 12, 15])], 1e-9);
    }

    [Fact]
    public void Many_images_lose_what_is_expected_of_them_and_any_other_guess_loses_more()
    {
        const int images = 4096;
        var (field, pixels, values) = (new GaussianField(8, 4, seed: 3), new byte[64], new double[images * 64]);
        for (var i = 0; i < images; i++)
        {
            field.Draw((ulong)i, pixels);
            for (var p = 0; p < 64; p++)
            {
                var (row, column) = (p / 8, p % 8);
                values[(i * 64) + (((row / 4 * 2) + (column / 4)) * 16) + (row % 4 * 4) + (column % 4)] = (pixels[p] - 127.5) / 28;
            }
        }

        var patches = tensor(values, [images, 4, 16]);
        var visible = tensor(new long[] { 1 }, [1, 1]).expand(images, 1);
        using var predictor = new FieldPredictor(8, 4, 4, GaussianField.RoundingNoise);
        var (loss, expected) = (predictor.Loss(patches, visible), predictor.ExpectedLoss(visible.narrow(0, 0, 1)).item<double>());
        Assert.Equal(expected, loss, 0.02);
        using var wrong = new FieldPredictor(8, 4, 3, GaussianField.RoundingNoise);
        Assert.True(wrong.Loss(patches, visible) > loss);
    }
}
