using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>A ViT encoder (Dosovitskiy et al. 2021) and what trains it. N is the encoder; every other part is counted apart.</summary>
public abstract record VisionShape : ModelShape
{
    /// <summary>Height and width of an image, in pixels.</summary>
    public required int Image { get; init; }

    public required int Channels { get; init; }

    /// <summary>Height and width of a patch, in pixels.</summary>
    public required int Patch { get; init; }

    public override required int Width { get; init; }

    public override required int Depth { get; init; }

    public override required int Heads { get; init; }

    /// <summary>Patches along a side.</summary>
    [JsonIgnore]
    public int Grid => Image / Patch;

    /// <summary>Patches of a sample: L.</summary>
    [JsonIgnore]
    public virtual int Patches => Grid * Grid;

    /// <summary>Numbers in a patch.</summary>
    [JsonIgnore]
    public virtual int PatchVolume => Channels * Patch * Patch;

    /// <summary>A token of no patch, whose code stands for the image.</summary>
    [JsonIgnore]
    public abstract bool HasClassToken { get; }

    /// <summary>Patches are embedded by the weights that were drawn for it, and which are no part of N.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FrozenPatches { get; init; }

    [JsonIgnore]
    public TransformerBody Encoder => new(Width, Depth, Heads);

    /// <summary>Sine-cosine positions are no parameters.</summary>
    [JsonIgnore]
    public override ParameterCount Parameters =>
        new((FrozenPatches ? 0 : (PatchVolume + 1L) * Width) + (HasClassToken ? Width : 0), Encoder.Parameters, 0);

    [JsonIgnore]
    public override int UnitsPerSample => 1;

    [JsonIgnore]
    public override int TokensPerSample => Patches;

    /// <summary>Patch tokens that the trained encoder reads of one sample, all views together.</summary>
    [JsonIgnore]
    public abstract double EncoderTokens { get; }

    /// <summary>Forward FLOPs of embedding <paramref name="patches"/> patches.</summary>
    protected double PatchFlops(double patches) => 2.0 * PatchVolume * Width * patches;

    /// <summary>Forward FLOPs of the encoder over <paramref name="patches"/> patches, the class token beside them.</summary>
    protected double EncoderFlops(double patches) => PatchFlops(patches) + Encoder.ForwardFlops(patches + (HasClassToken ? 1 : 0));
}
