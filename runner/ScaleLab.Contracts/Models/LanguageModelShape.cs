using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Models;

/// <summary>A decoder-only transformer: RMSNorm, RoPE, SwiGLU, causal attention (the shape of Llama, without grouped queries).</summary>
public sealed record LanguageModelShape : ModelShape
{
    public const string FamilyName = "lm";

    public required int Vocabulary { get; init; }

    /// <summary>Tokens a window holds; the model predicts as many.</summary>
    public required int Context { get; init; }

    public override required int Width { get; init; }

    public override required int Depth { get; init; }

    public override required int Heads { get; init; }

    /// <summary>Width of the SwiGLU's hidden layer.</summary>
    public required int FeedForward { get; init; }

    /// <summary>The head reuses the input table.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Tied { get; init; }

    [JsonIgnore]
    public int HeadWidth => Width / Heads;

    [JsonIgnore]
    public override string Family => FamilyName;

    [JsonIgnore]
    public override string Dial => $"{base.Dial}, vocabulary {Vocabulary}";

    [JsonIgnore]
    public override int UnitsPerSample => Context;

    [JsonIgnore]
    public override int TokensPerSample => Context;

    [JsonIgnore]
    public override ParameterCount Parameters
    {
        get
        {
            var table = (long)Vocabulary * Width;
            return new ParameterCount(table, BlockMatrices + ((2L * Depth) + 1) * Width, Tied ? 0 : table);
        }
    }

    // Scores and their use are 2·T·d each per token; the causal half of both together is 2·T·d.
    [JsonIgnore]
    public double ForwardFlopsPerUnit =>
        (2.0 * (BlockMatrices + ((long)Vocabulary * Width))) + (2.0 * Depth * Context * Width);

    [JsonIgnore]
    public override double TrainingFlopsPerUnit => 3 * ForwardFlopsPerUnit;

    private long BlockMatrices => Depth * ((4L * Width * Width) + (3L * Width * FeedForward));

    // Per token and block: about 16 vectors of the width, 5 of the hidden layer, 3 rows of scores per head; then logits, twice.
    public override long ActivationBytes(int samples) => sizeof(float) * (long)samples * Context * ((Depth * BlockNumbers) + OuterNumbers);

    // The stream and its norm before each block, and all of one block.
    public override long RecomputedBytes(int samples) => sizeof(float) * (long)samples * Context * ((Depth * 2L * Width) + BlockNumbers + OuterNumbers);

    private long BlockNumbers => (16L * Width) + (5L * FeedForward) + (3L * Heads * Context);

    private long OuterNumbers => (3L * Vocabulary) + (4L * Width);
}
