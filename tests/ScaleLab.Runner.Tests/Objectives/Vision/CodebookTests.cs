using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision;

public sealed class CodebookTests : TorchTests
{
    private static readonly BeitShape Shape = new()
    {
        Image = 16,
        Channels = 3,
        Patch = 4,
        Width = 16,
        Depth = 1,
        Heads = 1,
        MaskRatio = 0.4,
        Codes = 8,
        CodebookImages = 100,
    };

    [Fact]
    public void Its_products_are_those_of_the_plan()
    {
        using var scope = NewDisposeScope();
        var flops = 0.0;
        Products.Observer = product => flops += product;
        try
        {
            Codebook.Train(Shape, Noise);
        }
        finally
        {
            Products.Observer = null;
        }

        Assert.Equal(Shape.SetupFlops, flops);
    }

    [Fact]
    public void Every_codeword_is_the_mean_of_the_patches_it_names_or_nearly()
    {
        using var scope = NewDisposeScope();
        var codebook = Codebook.Train(Shape, Noise);
        var patches = MaeLoss.Patches(Noise(0, Shape.CodebookImages), Shape.Patch).view(-1, Shape.PatchVolume);
        Assert.Equal(0, codebook.mean([1]).abs().max().item<float>(), 1e-5);

        // Rounds lower the distortion, so the last codebook is better than patches themselves.
        var untrained = patches.narrow(0, 0, Shape.Codes);
        Assert.True(Distortion(codebook) < 0.9 * Distortion(untrained - untrained.mean([1], keepdim: true)));

        double Distortion(Tensor book) => BeitLoss.SquaredDistances(patches, book).amin([-1]).mean().item<float>();
    }

    [Fact]
    public void Patches_of_a_few_kinds_are_told_apart()
    {
        using var scope = NewDisposeScope();
        var kinds = randn([Shape.Codes, Shape.PatchVolume], generator: new Generator(3)) * 10;
        Tensor Images(long first, int count)
        {
            var which = arange(first * 16, (first + count) * 16, int64).remainder(Shape.Codes);
            var patches = kinds.index_select(0, which) + (randn([count * 16, Shape.PatchVolume], generator: new Generator((ulong)first)) * 0.1);
            return patches.view(count, 4, 4, 4, 4, 3).permute(0, 5, 1, 3, 2, 4).reshape(count, 3, 16, 16);
        }

        var codes = BeitLoss.Codes(MaeLoss.Patches(Images(0, 50), 4).view(-1, Shape.PatchVolume), Codebook.Train(Shape, Images)).data<long>().ToArray();

        // Lloyd's rounds may leave two kinds under one name, never one kind under two names that are not its own.
        foreach (var kind in codes.Index().GroupBy(c => c.Index % Shape.Codes, c => c.Item))
        {
            Assert.InRange(kind.Distinct().Count(), 1, 3);
        }

        Assert.InRange(codes.Distinct().Count(), Shape.Codes / 2, Shape.Codes);
    }

    [Fact]
    public void It_is_the_same_every_time() =>
        Assert.Equal(Codebook.Train(Shape, Noise).data<float>().ToArray(), Codebook.Train(Shape, Noise).data<float>().ToArray());

    private static Tensor Noise(long first, int count) => cat([.. Enumerable.Range(0, count).Select(i => randn([1, 3, 16, 16], generator: new Generator((ulong)(first + i))))]);
}
