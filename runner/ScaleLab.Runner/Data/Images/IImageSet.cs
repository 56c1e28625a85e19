using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images.Sources;
using ScaleLab.Runner.Data.Images.Worlds;

namespace ScaleLab.Runner.Data.Images;

/// <summary>The images (or clips) of a corpus by number. Pixels are bytes (T, H, W, C), as many as <see cref="ImageInfo.SampleBytes"/>; labels are −1 where there are none.</summary>
internal interface IImageSet : IDisposable
{
    ImageInfo Info { get; }

    /// <param name="index">Below <see cref="ImageInfo.Train"/>, or any number of a world.</param>
    /// <param name="pixels">One sample.</param>
    void ReadTrain(long index, Span<byte> pixels);

    int TrainLabel(long index);

    /// <summary>Held-out images lie in random order: the first k are a fair sample.</summary>
    void ReadHeldOut(int index, Span<byte> pixels);

    int HeldOutLabel(int index);

    /// <summary>What draws the images, and knows more of them than pixels and labels; null where they lie in files.</summary>
    IWorld? World => null;

    /// <summary>The number by which <see cref="World"/> draws a held-out image.</summary>
    static ulong HeldOutNumber(int index) => WorldSource.FirstHeldOut + (ulong)index;
}
