using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Tests;

public sealed class ExposureTests
{
    private static readonly LanguageModelShape Shape = LanguageModelFamily.Solve(133e3, new LanguageModelOptions(), vocabulary: 256);

    [Theory]
    [InlineData(1281, 1280)] // ten windows of 128, and the target of the last
    [InlineData(1280, 1152)]
    [InlineData(129, 128)]
    public void An_epoch_is_whole_windows_whose_last_target_exists(long tokens, long units) =>
        Assert.Equal(units, Tokens(tokens).UnitsPerEpoch(Shape));

    [Theory]
    [InlineData(640, 640, 0.5)]
    [InlineData(1280, 1280, 1)]
    [InlineData(3200, 1280, 2.5)]
    public void Beyond_one_epoch_nothing_new_is_seen(long d, long unique, double epochs) =>
        Assert.Equal(new Exposure(unique, epochs), Exposure.Of(d, Shape, Tokens(1281)));

    [Theory]
    [InlineData(500, 500, 0.5)]
    [InlineData(2500, 1000, 2.5)]
    public void An_epoch_of_images_is_every_image_once(long d, long unique, double epochs) =>
        Assert.Equal(new Exposure(unique, epochs), Exposure.Of(d, Shape, Images(1000)));

    [Fact]
    public void A_world_never_repeats() => Assert.Equal(new Exposure(1L << 50, 0), Exposure.Of(1L << 50, Shape, Images(null)));

    private static CorpusInfo Images(long? train) => Tokens(0) with
    {
        Images = new ImageInfo { Size = 16, Channels = 3, Train = train, HeldOut = 10, Mean = [0, 0, 0], Deviation = [1, 1, 1] },
    };

    private static CorpusInfo Tokens(long train) => new()
    {
        Hash = new string('a', 64),
        Origin = "text a",
        Vocabulary = "bytes",
        VocabularySize = 256,
        TokenBytes = 1,
        TrainTokens = train,
        HeldOutTokens = 20,
        BlockTokens = 10,
    };
}
