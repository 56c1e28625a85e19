using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Data.Images;

/// <summary>Views made for a whole batch in tensors, as on a GPU, against those that are made one by one.</summary>
public sealed class BatchedViewsTests : TorchTests, IDisposable
{
    // Values are some two deviations wide on each side; the last bits of sums decide little, but the hue of a nearly gray pixel much of a little.
    private const double Tolerance = 1e-3;

    private readonly TemporaryStore _temporary = new();

    public static TheoryData<string> Recipes => new(["None", "Mae", "Byol1", "Byol2", "SimClr", "DinoGlobal1", "DinoLocal", "Beit", "Ijepa", "Lejepa"]);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Small_views_are_the_same(string recipe) => Compare(new DataSpec { Source = DataSource.ShapeLeaves, Size = 32, HeldOutImages = 16 }, Named(recipe));

    // From 64 pixels on views are blurred.
    [Theory]
    [InlineData("Byol1")]
    [InlineData("Byol2")]
    [InlineData("Lejepa")]
    public void Blurred_views_are_the_same(string recipe) => Compare(new DataSpec { Source = DataSource.ShapeLeaves, Size = 64, HeldOutImages = 16 }, Named(recipe), count: 12);

    [Fact]
    public void Views_of_another_size_are_the_same() => Compare(new DataSpec { Source = DataSource.ShapeLeaves, Size = 32, HeldOutImages = 16 }, ViewRecipe.DinoLocal with { Size = 12 });

    [Fact]
    public void Clips_are_the_same() => Compare(new DataSpec { Source = DataSource.MovingShapes, Size = 16, HeldOutImages = 16 }, ViewRecipe.Vjepa);

    private void Compare(DataSpec data, ViewRecipe recipe, int count = 40)
    {
        using var scope = NewDisposeScope();
        using var images = ImageSet.Open(_temporary.Store, _temporary.Prepare(data).Hash);
        var loader = new ViewLoader(images, [recipe, ViewRecipe.None], ImageSet.Order(images.Info, 5), 5, threads: 2);
        using var standardisation = new Standardisation(images.Info, CPU);
        var (one, batched) = (loader.Train(100, count), loader.Render(loader.Raw(100, count), standardisation));
        Assert.Equal(2, batched.Length);
        foreach (var (a, b) in one.Zip(batched))
        {
            Assert.Equal(a.shape, b.shape);
            var error = (a - b).abs();
            Assert.InRange(error.mean().item<float>(), 0, 1e-5);
            Assert.InRange(error.max().item<float>(), 0, Tolerance);
        }
    }

    private static ViewRecipe Named(string name) => (ViewRecipe)typeof(ViewRecipe).GetProperty(name)!.GetValue(null)!;
}
