using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary>What a corpus of images or clips holds. Pixels are bytes, (T, H, W, C); all samples have one size. Labels are 32-bit little-endian numbers in files of their own.</summary>
public sealed record ImageInfo
{
    private const int LabelBytes = sizeof(int);

    // No array of one sample, and no file of them, comes near the limits of .NET.
    private const int LargestSample = 1 << 30;

    /// <summary>Height and width in pixels.</summary>
    public required int Size { get; init; }

    public required int Channels { get; init; }

    /// <summary>Frames of a clip; 1 for a still image.</summary>
    public int Frames { get; set; } = 1;

    /// <summary>Images of the training part; null for a world that never repeats.</summary>
    public long? Train { get; init; }

    public required int HeldOut { get; init; }

    /// <summary>Labels are 0 … Classes − 1; 0 where there are none.</summary>
    public int Classes { get; init; }

    /// <summary>Of each channel over the training part, pixels from 0 to 1.</summary>
    public required double[] Mean { get; init; }

    /// <summary>Standard deviation of each channel.</summary>
    public required double[] Deviation { get; init; }

    /// <summary>Files that could not be read and were left out.</summary>
    public long Skipped { get; init; }

    /// <summary>What draws the training images; null where they lie in a file.</summary>
    public ImageWorld? World { get; init; }

    /// <summary>Bytes of one image or clip.</summary>
    [JsonIgnore]
    public int SampleBytes => Frames * Size * Size * Channels;

    /// <summary>For people: <c>16 × 16 × 3</c>.</summary>
    [JsonIgnore]
    public string Form => FormattableString.Invariant($"{(Frames > 1 ? $"{Frames} × " : "")}{Size} × {Size} × {Channels}");

    internal IEnumerable<(string Name, long Bytes)> Files =>
    [
        .. Train is { } train ? Part(CorpusStore.TrainName, CorpusStore.TrainLabelsName, train) : [],
        .. Part(CorpusStore.HeldOutName, CorpusStore.HeldOutLabelsName, HeldOut),
    ];

    internal string? Problem() => this switch
    {
        { Size: < 1 or > 1 << 14 } or { Channels: < 1 or > 16 } or { Frames: < 1 or > 1 << 10 } => $"images of {Form}",
        _ when (long)Frames * Size * Size * Channels > LargestSample => $"images of {Form}",
        { Train: < 1 or > long.MaxValue >> 32 } => $"{Train} training images",
        { HeldOut: < 1 } => $"{HeldOut} held-out images",
        { Classes: < 0 } => $"{Classes} classes",
        _ when Mean.Length != Channels || Deviation.Length != Channels => $"{Mean.Length} means and {Deviation.Length} deviations of {Channels} channels",
        _ when !Mean.All(double.IsFinite) || !Deviation.All(d => d > 0 && double.IsFinite(d)) => "a mean or deviation that is no number, or no deviation at all",
        _ when (Train is null) != (World is not null) => "training images and a world that draws them, or neither",
        _ => null,
    };

    private IEnumerable<(string Name, long Bytes)> Part(string pixels, string labels, long images) =>
        Classes > 0 ? [(pixels, images * SampleBytes), (labels, images * LabelBytes)] : [(pixels, images * SampleBytes)];
}

/// <summary>A generator of images, numbered and without end. Pixels follow from these and the number of an image.</summary>
/// <param name="Name">As <see cref="DataSpec.Source"/> is written: <c>shape-leaves</c>.</param>
/// <param name="Version">Raised whenever the same number would give other pixels.</param>
/// <param name="Seed">Of the world; a run's own seed chooses among its images.</param>
/// <param name="Length">ℓ of a Gaussian field's covariance e^(−r/ℓ), in pixels; null of others.</param>
public sealed record ImageWorld(string Name, int Version, int Seed, double? Length = null);
