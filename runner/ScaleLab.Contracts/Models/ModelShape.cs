using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>The size and layout of one model: enough to count its parameters, FLOPs and bytes without building it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "family")]
[JsonDerivedType(typeof(LanguageModelShape), LanguageModelShape.FamilyName)]
public abstract record ModelShape
{
    [JsonIgnore]
    public abstract string Family { get; }

    public abstract int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public abstract int Depth { get; init; }

    public abstract int Heads { get; init; }

    [JsonIgnore]
    public abstract ParameterCount Parameters { get; }

    /// <summary>What D counts of one training sample: tokens of a window for a language model, 1 for an image.</summary>
    [JsonIgnore]
    public abstract int UnitsPerSample { get; }

    /// <summary>Forward FLOPs for one unit of D: every matrix product of every part, attention at the causal half; look-ups, norms and softmax not.</summary>
    [JsonIgnore]
    public abstract double ForwardFlopsPerUnit { get; }

    /// <summary>Model FLOPs of training on <paramref name="units"/> of D. Backward costs twice forward.</summary>
    public double TrainingFlops(long units) => 3 * ForwardFlopsPerUnit * units;

    /// <summary>Bytes of activations held for the backward pass of <paramref name="samples"/> samples in float32: an estimate for placement, not a bound.</summary>
    public abstract long ActivationBytes(int samples);
}
