using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images.Worlds;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>A world that never repeats: its held-out images are drawn once and stored, its training images whenever they are read.</summary>
internal sealed class WorldSource(ImageWorld world, int size, int frames, int heldOut) : CorpusSource
{
    // Mean and deviation of a channel vary by a part in a thousand between such samples.
    private const int Measured = 4096;

    /// <summary>Held-out images have numbers that no run draws: training stays below 2⁴⁰.</summary>
    public const ulong FirstHeldOut = 1UL << 62;

    public override string Origin => string.Create(CultureInfo.InvariantCulture, $"{world.Name} {(frames > 1 ? $"{frames} frames of " : "")}{size} pixels{(world.Length is { } length ? $", length {length}" : "")}, seed {world.Seed}");

    public override CorpusInfo Write(string folder, Action<string> progress)
    {
        var drawn = IWorld.Of(world, size, frames);
        using var writer = new ImageWriter(folder, size, drawn.Channels, frames, drawn.Classes);
        var pixels = new byte[frames * size * size * drawn.Channels];
        progress(string.Create(CultureInfo.InvariantCulture, $"drawing {heldOut} held-out {(frames > 1 ? "clips" : "images")} of {world.Name}"));
        for (var i = 0UL; i < (ulong)heldOut; i++)
        {
            var label = drawn.Draw(FirstHeldOut + i, pixels);
            writer.HeldOut(pixels, label);
        }

        for (var i = 0UL; i < Measured / (ulong)frames; i++)
        {
            drawn.Draw(i, pixels);
            writer.Measure(pixels);
        }

        var info = writer.Finish(Origin, skipped: 0, world);
        return drawn.Moments is not { } known ? info : info with
        {
            Images = info.Images! with { Mean = [.. info.Images.Mean.Select(_ => known.Mean)], Deviation = [.. info.Images.Deviation.Select(_ => known.Deviation)] },
        };
    }
}
