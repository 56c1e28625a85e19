using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>The size and layout of one model: enough to count its parameters, FLOPs and bytes without building it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "family")]
[JsonDerivedType(typeof(LanguageModelShape), LanguageModelShape.FamilyName)]
[JsonDerivedType(typeof(MaeShape), MaeShape.FamilyName)]
[JsonDerivedType(typeof(VicregShape), VicregShape.FamilyName)]
[JsonDerivedType(typeof(BarlowTwinsShape), BarlowTwinsShape.FamilyName)]
[JsonDerivedType(typeof(SimClrShape), SimClrShape.FamilyName)]
[JsonDerivedType(typeof(ByolShape), ByolShape.FamilyName)]
[JsonDerivedType(typeof(MocoV3Shape), MocoV3Shape.FamilyName)]
[JsonDerivedType(typeof(DinoShape), DinoShape.FamilyName)]
[JsonDerivedType(typeof(LejepaShape), LejepaShape.FamilyName)]
[JsonDerivedType(typeof(BeitShape), BeitShape.FamilyName)]
[JsonDerivedType(typeof(IjepaShape), IjepaShape.FamilyName)]
[JsonDerivedType(typeof(VjepaShape), VjepaShape.FamilyName)]
public abstract record ModelShape
{
    [JsonIgnore]
    public abstract string Family { get; }

    public abstract int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public abstract int Depth { get; init; }

    public abstract int Heads { get; init; }

    /// <summary>Tells one size from another, in words.</summary>
    [JsonIgnore]
    public virtual string Dial => $"width {Width}";

    /// <summary>What is counted as N.</summary>
    [JsonIgnore]
    public abstract ParameterCount Parameters { get; }

    /// <summary>Trained beside it.</summary>
    [JsonIgnore]
    public virtual AuxiliaryCount Auxiliaries => default;

    /// <summary>All that an optimiser holds.</summary>
    [JsonIgnore]
    public long Trained => Parameters.Total + Auxiliaries.Total;

    /// <summary>What D counts of one training sample: tokens of a window for a language model, 1 for an image.</summary>
    [JsonIgnore]
    public abstract int UnitsPerSample { get; }

    /// <summary>Positions of one training sample: how large a forward pass over it is.</summary>
    [JsonIgnore]
    public abstract int TokensPerSample { get; }

    /// <summary>The loss couples the samples of a batch, so a batch cannot be cut into chunks.</summary>
    [JsonIgnore]
    public virtual bool CouplesBatch => false;

    /// <summary>
    /// Model FLOPs of training on one unit of D: every matrix product of every part, attention at the causal half where it is causal; look-ups, norms
    /// and softmax not. Backward costs twice forward; what is never trained costs its forward pass alone.
    /// </summary>
    [JsonIgnore]
    public abstract double TrainingFlopsPerUnit { get; }

    /// <summary>This shape trained in batches of <paramref name="units"/> of D: another where the loss compares the samples of a batch with each other, since then each costs more the more there are.</summary>
    public virtual ModelShape AtBatch(long units) => this;

    /// <summary>FLOPs spent before the first step, on what the training needs: a tokenizer of images.</summary>
    [JsonIgnore]
    public virtual double SetupFlops => 0;

    /// <summary>Model FLOPs of training on <paramref name="units"/> of D from the beginning.</summary>
    public double TrainingFlops(long units) => SetupFlops + (TrainingFlopsPerUnit * units);

    /// <summary>Bytes of activations held for the backward pass of <paramref name="samples"/> samples in float32: an estimate for placement, not a bound.</summary>
    public abstract long ActivationBytes(int samples);

    /// <summary>The same where each block keeps its input alone and is computed again in the backward pass; no less where a model cannot do that.</summary>
    public virtual long RecomputedBytes(int samples) => ActivationBytes(samples);
}
