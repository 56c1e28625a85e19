using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>An encoder whose codes of several views of an image are compared.</summary>
public abstract record JointEmbeddingShape : VisionShape
{
    /// <summary>From the code of a view to the space of the loss.</summary>
    [JsonIgnore]
    public abstract Perceptron Projector { get; }

    /// <summary>From one view's projection to the other's; null for a symmetric loss.</summary>
    [JsonIgnore]
    public virtual Perceptron? Predictor => null;

    /// <summary>Views of an image that the trained encoder reads.</summary>
    [JsonIgnore]
    public virtual int ViewCount => 2;

    /// <summary>A moving average of encoder and projector reads every view too, and is not trained.</summary>
    [JsonIgnore]
    public virtual bool HasTeacher => false;

    /// <summary>Images of a batch, where the loss compares each with the others; 0 where it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Compared { get; init; }

    protected virtual bool Compares => false;

    /// <summary>Forward FLOPs of the loss's own products, for one view.</summary>
    protected virtual double LossFlops => 0;

    [JsonIgnore]
    public override bool CouplesBatch => true;

    [JsonIgnore]
    public override AuxiliaryCount Auxiliaries => new(Predictor: Predictor?.Parameters ?? 0, Projector: Projector.Parameters);

    [JsonIgnore]
    public override double EncoderTokens => (double)ViewCount * Patches;

    [JsonIgnore]
    public override double TrainingFlopsPerUnit
    {
        get
        {
            var embedding = EncoderFlops(Patches) + Projector.ForwardFlops;
            var trained = (3 * (embedding + (Predictor?.ForwardFlops ?? 0) + LossFlops)) - (FrozenPatches ? 2 * PatchFlops(Patches) : 0);
            return ViewCount * (trained + (HasTeacher ? embedding : 0));
        }
    }

    public override ModelShape AtBatch(long units) => Compares ? this with { Compared = (int)units } : this;

    // What the teacher makes is gone before the backward pass.
    public override long ActivationBytes(int samples) =>
        (long)samples * ViewCount * (Encoder.ActivationBytes(Patches + 1) + Projector.ActivationBytes + (Predictor?.ActivationBytes ?? 0));
}
