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
        Assert.Equal(units, Exposure.UnitsPerEpoch(Shape, tokens));

    [Theory]
    [InlineData(640, 640, 0.5)]
    [InlineData(1280, 1280, 1)]
    [InlineData(3200, 1280, 2.5)]
    public void Beyond_one_epoch_nothing_new_is_seen(long d, long unique, double epochs) =>
        Assert.Equal(new Exposure(unique, epochs), Exposure.Of(d, Shape, 1281));
}
