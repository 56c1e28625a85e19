using System.Text.Json;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Tests;

public sealed class PredictiveShapeTests
{
    [Fact]
    public void Beit_masks_as_many_patches_as_its_code()
    {
        var shape = Solve<BeitShape>("beit", new BeitOptions { Patch = 16 }, size: 224);
        Assert.Equal((196, 75, 16), (shape.Patches, shape.Masked, shape.SmallestBlock));
    }

    [Fact]
    public void Ijepa_at_its_own_size_keeps_a_quarter_and_predicts_the_smallest_block()
    {
        var shape = Solve<IjepaShape>("ijepa", new IjepaOptions { Patch = 16 }, size: 224);
        Assert.Equal((196, 49, 30), (shape.Patches, shape.Context, shape.Target));
    }

    [Fact]
    public void Clips_have_tubelets()
    {
        var shape = Solve<VjepaShape>("vjepa", new VjepaOptions { Patch = 16 }, size: 224, frames: 16);
        Assert.Equal((1568, 1536), (shape.Patches, shape.PatchVolume));
        Assert.Equal([(49, 98), (12, 122)], shape.Masks.Select(m => (m.Context, m.Target)));
    }

    [Fact]
    public void The_tokenizer_of_beit_is_on_the_bill_once()
    {
        var shape = Solve<BeitShape>("beit", new BeitOptions(), size: 32);
        Assert.Equal(10 * 2 * 2 * 512.0 * 64 * 48 * 256, shape.SetupFlops);
        Assert.Equal(shape.SetupFlops + (1000 * shape.TrainingFlopsPerUnit), shape.TrainingFlops(1000));
        Assert.Equal(100, Solve<BeitShape>("beit", new BeitOptions(), size: 32, train: 100).CodebookImages);
    }

    [Fact]
    public void A_target_encoder_costs_its_forward_pass_alone()
    {
        var shallow = Solve<IjepaShape>("ijepa", new IjepaOptions(), size: 32);
        var block = (shallow with { Depth = shallow.Depth + 1 }).TrainingFlopsPerUnit - shallow.TrainingFlopsPerUnit;
        var layer = shallow.Encoder with { Depth = 1 };
        Assert.Equal((3 * layer.ForwardFlops(16)) + layer.ForwardFlops(64), block, 1e-6);
    }

    [Fact]
    public void A_shape_of_clips_survives_its_file()
    {
        var shape = ModelFamily.Named("vjepa").Solve(60e3, new VjepaOptions { Depth = 2 }, Corpus(32, 8, 1000));
        Assert.Equal(shape, JsonSerializer.Deserialize(JsonSerializer.Serialize(shape, ContractJson.Default.ModelShape), ContractJson.Default.ModelShape));
    }

    public static TheoryData<string, ModelOptions, int, int, string> Impossible => new()
    {
        { "ijepa", new IjepaOptions { PredictorWidth = 6 }, 32, 1, "a predictor of width 6 is no multiple of 4" },
        { "ijepa", new IjepaOptions { PredictorWidth = 33 }, 32, 1, "a predictor of width 33 is no multiple of 4" },
        { "vjepa", new VjepaOptions { PredictorWidth = 33 }, 32, 8, "a predictor of width 33 is no multiple of 4" },
        { "mae", new MaeOptions { DecoderWidth = 63 }, 32, 1, "a decoder of width 63 is no multiple of 4" },
        { "mae", new MaeOptions { DecoderWidth = 64, DecoderHeads = 3 }, 32, 1, "a decoder of width 64 cannot be cut into 3 heads" },
        { "ijepa", new IjepaOptions { PredictorWidth = 64, PredictorHeads = 3 }, 32, 1, "a predictor of width 64 cannot be cut into 3 heads" },
        { "ijepa", new IjepaOptions { Patch = 16 }, 32, 1, "images of 2 × 2 patches are too small for masks of blocks; at least 4 × 4" },
        { "vjepa", new VjepaOptions { Tubelet = 3 }, 32, 8, "tubelets of 3 frames do not divide clips of 8" },
        { "beit", new BeitOptions { MaskRatio = 0.01 }, 32, 1, "a mask ratio of 0.01 masks none of 64 patches" },
        { "beit", new BeitOptions { CodebookImages = 2, Codes = 129 }, 32, 1, "2 images of 64 patches are too few for 129 codes" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_cannot_be_is_said(string name, ModelOptions options, int size, int frames, string message) =>
        Assert.Equal(message, Assert.Throws<InputException>(() => ModelFamily.Named(name).Solve(60e3, options, Corpus(size, frames, 1000))).Message);

    [Theory]
    [InlineData("mae", 8, "model 'mae' trains on images; test holds clips")]
    [InlineData("vjepa", 1, "model 'vjepa' trains on clips; test holds images")]
    [InlineData("ijepa", 1, null)]
    [InlineData("vjepa", 8, null)]
    public void Clips_and_stills_are_not_mixed_up(string name, int frames, string? obstacle) =>
        Assert.Equal(obstacle, ModelFamily.Named(name).Obstacle(ModelFamily.Named(name).Defaults, Corpus(32, frames, 1000)));

    private static T Solve<T>(string name, VisionOptions options, int size, int frames = 1, long train = 10_000)
        where T : VisionShape => (T)ModelFamily.Named(name).Solve(300e3, options with { Depth = options.Depth ?? 2 }, Corpus(size, frames, train));

    private static CorpusInfo Corpus(int size, int frames, long train) => new()
    {
        Hash = new string('a', 64),
        Origin = "test",
        Vocabulary = "",
        VocabularySize = 0,
        TokenBytes = 0,
        TrainTokens = 0,
        HeldOutTokens = 0,
        BlockTokens = 0,
        Images = new ImageInfo { Size = size, Channels = 3, Frames = frames, Train = train, HeldOut = 100, Mean = [0, 0, 0], Deviation = [1, 1, 1] },
    };
}
