using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Data.Images;

public sealed class ViewLoaderTests : TorchTests, IDisposable
{
    private readonly TemporaryStore _temporary = new();
    private readonly IImageSet _images;

    public ViewLoaderTests()
    {
        var info = _temporary.Prepare(new DataSpec { Source = DataSource.ShapeLeaves, Size = 16, HeldOutImages = 64 });
        _images = ImageSet.Open(_temporary.Store, info.Hash);
    }

    public void Dispose()
    {
        _images.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Views_depend_on_seed_and_sample_and_not_on_the_batch()
    {
        var loader = Loader(seed: 5, ViewRecipe.Byol1, ViewRecipe.Byol2);
        var whole = loader.Train(100, 8);
        var (first, second) = (Loader(seed: 5, ViewRecipe.Byol1, ViewRecipe.Byol2).Train(100, 3), loader.Train(103, 5));
        for (var v = 0; v < 2; v++)
        {
            Assert.Equal(Bytes(whole[v]), Bytes(cat([first[v], second[v]])));
        }

        Assert.NotEqual(Bytes(whole[0]), Bytes(whole[1]));
        Assert.NotEqual(Bytes(whole[0]), Bytes(Loader(seed: 6, ViewRecipe.Byol1).Train(100, 8)[0]));
    }

    [Fact]
    public void Views_are_the_same_whatever_the_number_of_threads()
    {
        ViewRecipe[] recipes = [ViewRecipe.Byol1, ViewRecipe.Byol2];
        var alone = new ViewLoader(_images, recipes, ImageSet.Order(_images.Info, 5), 5).Train(100, 40);
        var loader = new ViewLoader(_images, recipes, ImageSet.Order(_images.Info, 5), 5, threads: 4);
        loader.Train(0, 40);
        Assert.Equal(alone.Select(Bytes), loader.Train(100, 40).Select(Bytes));
    }

    [Fact]
    public void Held_out_views_are_the_same_for_every_run()
    {
        var a = Loader(seed: 5, ViewRecipe.SimClr).HeldOut(10, 4)[0];
        Assert.Equal(Bytes(a), Bytes(Loader(seed: 6, ViewRecipe.SimClr).HeldOut(8, 6)[0].narrow(0, 2, 4)));
    }

    [Fact]
    public void A_plain_image_is_the_standardised_bytes()
    {
        var info = _images.Info;
        var view = Loader(seed: 5, ViewRecipe.Mae).Plain(heldOut: false, 7, 2);
        Assert.Equal([2, 3, 16, 16], view.shape);
        var pixels = new byte[info.SampleBytes];
        _images.ReadTrain(8, pixels);
        for (var c = 0; c < 3; c++)
        {
            var expected = ((pixels[(((5 * 16) + 9) * 3) + c] / 255.0) - info.Mean[c]) / info.Deviation[c];
            Assert.Equal(expected, view[1, c, 5, 9].item<float>(), 1e-5);
        }
    }

    [Fact]
    public void Standardised_images_have_mean_0_and_deviation_1()
    {
        var view = Loader(seed: 5, ViewRecipe.None).Train(0, 1000)[0];
        Assert.All(view.mean([0, 2, 3]).data<float>().ToArray(), m => Assert.Equal(0, m, 0.1));
        Assert.All(view.std([0, 2, 3]).data<float>().ToArray(), m => Assert.Equal(1, m, 0.05));
    }

    [Fact]
    public void A_local_view_has_a_size_of_its_own()
    {
        var views = Loader(seed: 5, ViewRecipe.DinoGlobal1, ViewRecipe.DinoLocal with { Size = 8 }).Train(0, 3);
        Assert.Equal([3, 3, 16, 16], views[0].shape);
        Assert.Equal([3, 3, 8, 8], views[1].shape);
    }

    private ViewLoader Loader(int seed, params ViewRecipe[] recipes) => new(_images, recipes, ImageSet.Order(_images.Info, seed), seed);

    private static byte[] Bytes(Tensor tensor) => tensor.contiguous().bytes.ToArray();
}
