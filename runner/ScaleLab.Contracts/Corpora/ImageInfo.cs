namespace ScaleLab.Contracts.Corpora;

/// <summary>What a corpus of images or clips holds. Pixels are bytes, (T, H, W, C); all samples have one size.</summary>
public sealed record ImageInfo
{
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
}
