using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>Draws images (or clips) by number, as many as are wanted. No number gives the same image twice, but by chance.</summary>
internal interface IWorld
{
    /// <summary>0 where images have no labels.</summary>
    int Classes { get; }

    int Channels => 3;

    /// <summary>Of every channel, pixels from 0 to 1, where they are known; else they are measured.</summary>
    (double Mean, double Deviation)? Moments => null;

    /// <param name="index">Any number.</param>
    /// <param name="pixels">(T, H, W, C), all of it written.</param>
    /// <returns>The label; −1 where there is none.</returns>
    int Draw(ulong index, Span<byte> pixels);

    /// <summary>The label alone.</summary>
    int Label(ulong index);

    /// <exception cref="InputException">This build draws other images.</exception>
    static IWorld Of(ImageWorld world, int size, int frames) => world switch
    {
        { Name: ShapeLeaves.Name, Version: ShapeLeaves.Version } => new ShapeLeaves(size, world.Seed),
        { Name: MovingShapes.Name, Version: MovingShapes.Version } => new MovingShapes(size, frames, world.Seed),
        { Name: GaussianField.Name, Version: GaussianField.Version, Length: { } length } => new GaussianField(size, length, world.Seed),
        _ => throw new InputException($"this build does not draw version {world.Version} of '{world.Name}'; prepare the corpus again"),
    };

    /// <summary>The stream of one image: far from those of its neighbours, whatever the seed.</summary>
    static SplitMix64 Stream(int seed, ulong index) => new(unchecked((ulong)seed + (index * 0xD1342543DE82EF95)));
}
