using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class GaussianFieldTests : IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Pixels_have_the_covariance_of_the_process()
    {
        const int images = 20_000;
        var (field, pixels) = (new GaussianField(8, 4, seed: 1), new byte[64]);
        var (sums, first) = (new double[64], new double[64]);
        for (var i = 0UL; i < images; i++)
        {
            field.Draw(i, pixels);
            for (var p = 0; p < 64; p++)
            {
                sums[p] += Value(pixels[p]);
                first[p] += Value(pixels[0]) * Value(pixels[p]);
            }
        }

        for (var p = 0; p < 64; p++)
        {
            var expected = Math.Exp(-Math.Sqrt((p / 8 * (p / 8)) + (p % 8 * (p % 8))) / 4) + (p == 0 ? GaussianField.RoundingNoise : 0);
            Assert.Equal(0, sums[p] / images, 5 / Math.Sqrt(images));
            Assert.Equal(expected, first[p] / images, 5 * Math.Sqrt((1 + (expected * expected)) / images));
        }
    }

    [Fact]
    public void The_same_number_and_seed_give_the_same_pixels()
    {
        var (field, pixels) = (new GaussianField(16, 4, seed: 0), new byte[256]);
        field.Draw(0, pixels);
        var again = new byte[256];
        new GaussianField(16, 4, seed: 0).Draw(0, again);
        Assert.Equal(pixels, again);
        new GaussianField(16, 4, seed: 1).Draw(0, again);
        Assert.NotEqual(pixels, again);
    }

    [Fact]
    public void The_corpus_has_the_moments_of_the_process_and_carries_its_length()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.GaussianField, HeldOutImages = 4, Length = 3, Seed = 2 });
        var images = info.Images!;
        Assert.Equal(("16 × 16 × 1", 0, 4, (long?)null), (images.Form, images.Classes, images.HeldOut, images.Train));
        Assert.Equal([0.5], images.Mean);
        Assert.Equal([28 / 255.0], images.Deviation);
        Assert.Equal(new ImageWorld("gaussian-field", GaussianField.Version, 2, 3), images.World);
        using var set = ImageSet.Open(_temporary.Store, info.Hash);
        var (drawn, pixels) = (new byte[256], new byte[256]);
        set.ReadTrain(17, drawn);
        new GaussianField(16, 3, seed: 2).Draw(17, pixels);
        Assert.Equal(pixels, drawn);
    }

    [Fact]
    public void A_field_too_large_for_its_covariance_is_an_error() =>
        Assert.Contains("at most 32", Assert.Throws<InputException>(() => new DataSpec { Source = DataSource.GaussianField, Size = 64 }.Validate()).Message, StringComparison.Ordinal);

    private static double Value(byte pixel) => (pixel - 127.5) / 28;
}
