using System.Text.Json;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Tests;

public sealed class JointEmbeddingShapeTests
{
    private static readonly ImageInfo Images = new() { Size = 32, Channels = 3, HeldOut = 1, Mean = [0, 0, 0], Deviation = [1, 1, 1] };

    [Fact]
    public void Projectors_are_those_of_the_released_models()
    {
        // On a ResNet-50, whose code has 2048 numbers; DINO and MoCo v3 on a ViT-S, of 384. Less the biases that VICReg and BYOL have before a norm.
        Assert.Equal(151_027_712, At(VicregShape.At, new VicregOptions { ProjectorWidth = 8192 }, 2048).Auxiliaries.Projector);
        Assert.Equal(151_027_712, At(BarlowTwinsShape.At, new BarlowTwinsOptions { ProjectorWidth = 8192 }, 2048).Auxiliaries.Projector);
        Assert.Equal(8_659_072, At(SimClrShape.At, new SimClrOptions { ProjectorWidth = 2048 }, 2048).Auxiliaries.Projector);
        var byol = At(ByolShape.At, new ByolOptions { ProjectorWidth = 4096, EmbeddingWidth = 256 }, 2048).Auxiliaries;
        Assert.Equal((9_445_376, 2_105_344), (byol.Projector, byol.Predictor));
        var moco = At(MocoV3Shape.At, new MocoV3Options { ProjectorWidth = 4096, EmbeddingWidth = 256 }, 384).Auxiliaries;
        Assert.Equal((19_415_040, 2_105_344), (moco.Projector, moco.Predictor));
        var dino = At(DinoShape.At, new DinoOptions { ProjectorWidth = 2048, EmbeddingWidth = 256, Prototypes = 65_536 }, 384).Auxiliaries;
        Assert.Equal((5_509_376, 16_777_216), (dino.Projector, dino.Prototypes));
    }

    [Fact]
    public void A_view_more_costs_as_much_as_the_one_before_it()
    {
        double Flops(int views) => At(LejepaShape.At, new LejepaOptions { Views = views }, 64).TrainingFlopsPerUnit;
        Assert.Equal(2 * Flops(2), Flops(4), 1e-3);
    }

    [Fact]
    public void A_teacher_adds_its_forward_pass()
    {
        var byol = At(ByolShape.At, new ByolOptions(), 64);
        var forward = byol.Projector.ForwardFlops + (2.0 * 48 * 64 * 64) + byol.Encoder.ForwardFlops(64);
        Assert.Equal(2 * ((4 * forward) + (3 * byol.Predictor!.ForwardFlops)), byol.TrainingFlopsPerUnit, 1e-3);
    }

    [Fact]
    public void Dino_counts_small_crops_by_their_tokens()
    {
        var shape = At(DinoShape.At, new DinoOptions(), 64);
        Assert.Equal(16, shape.LocalSize);
        Assert.Equal((2 * 64) + (4 * 16), shape.EncoderTokens);
        var none = At(DinoShape.At, new DinoOptions { LocalCrops = 0 }, 64);
        var crop = (2.0 * 48 * 64 * 16) + shape.Encoder.ForwardFlops(17) + shape.Projector.ForwardFlops + (2.0 * 64 * 1024);
        Assert.Equal(none.TrainingFlopsPerUnit + (4 * 3 * crop), shape.TrainingFlopsPerUnit, 1e-3);
    }

    [Fact]
    public void An_image_costs_more_the_more_others_it_is_compared_with()
    {
        var simclr = At(SimClrShape.At, new SimClrOptions(), 64);
        Assert.Equal(3 * 8 * 128 * 128, simclr.AtBatch(128).TrainingFlopsPerUnit - simclr.TrainingFlopsPerUnit, 1e-3);
        var moco = At(MocoV3Shape.At, new MocoV3Options(), 64);
        Assert.Equal(3 * 4 * 128 * 128, moco.AtBatch(128).TrainingFlopsPerUnit - moco.TrainingFlopsPerUnit, 1e-3);
        var dino = At(DinoShape.At, new DinoOptions { Koleo = 0.1 }, 64);
        Assert.Equal(4 * 64 * 128, dino.AtBatch(128).TrainingFlopsPerUnit - dino.TrainingFlopsPerUnit, 1e-3);
        var vicreg = At(VicregShape.At, new VicregOptions(), 64);
        Assert.Equal(vicreg, vicreg.AtBatch(128));
    }

    [Theory]
    [InlineData(18)]
    [InlineData(36)]
    public void A_small_crop_that_does_not_fit_is_an_error(int size) =>
        Assert.Contains("small crops", Assert.Throws<InputException>(() => At(DinoShape.At, new DinoOptions { LocalSize = size }, 64)).Message);

    [Fact]
    public void Every_family_has_a_shape_that_survives_its_file()
    {
        var corpus = new CorpusInfo { Hash = "", Origin = "", Vocabulary = "", VocabularySize = 2, TokenBytes = 1, TrainTokens = 0, HeldOutTokens = 0, BlockTokens = 2, Images = Images };
        foreach (var family in ModelFamily.All.Where(f => f.Unit == "images"))
        {
            var shape = family.Solve(100_000, family.Defaults, corpus);
            Assert.Equal(family.Name, shape.Family);
            Assert.Equal(shape, JsonSerializer.Deserialize<ModelShape>(JsonSerializer.Serialize(shape, Json), Json));
        }
    }

    private static JsonSerializerOptions Json => ContractJson.Default.Options;

    private static T At<T, TOptions>(Func<int, TOptions, ImageInfo, T?> at, TOptions options, int width)
        where T : VisionShape => at(width, options, Images)!;
}
