using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>An image or clip that a source offers.</summary>
/// <param name="Name">In messages.</param>
/// <param name="Label">−1 where there is none.</param>
/// <param name="Read">Reads it.</param>
internal sealed record ImageSample(string Name, int Label, SampleReader Read)
{
    /// <summary>Samples of one group are never split between training and held-out part: clips of one video.</summary>
    public string Group { get; init; } = Name;
}

/// <param name="pixels">(T, H, W, C)</param>
/// <exception cref="InputException">It cannot be read.</exception>
internal delegate void SampleReader(Span<byte> pixels);

/// <summary>All that a source offers.</summary>
/// <param name="Size">Height and width.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="Frames">1 for still images.</param>
/// <param name="Classes">0 without labels.</param>
/// <param name="Train">What may be trained on; the held-out part is drawn from it where <paramref name="HeldOut"/> is empty.</param>
/// <param name="HeldOut">What the user, or the name of a file, has set apart.</param>
internal sealed record ImageListing(int Size, int Channels, int Frames, int Classes, IReadOnlyList<ImageSample> Train, IReadOnlyList<ImageSample> HeldOut)
{
    /// <summary>What a sample is, in messages.</summary>
    public string Unit => Frames > 1 ? "clips" : "images";
}
