using ScaleLab.Contracts.Corpora;

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
}
