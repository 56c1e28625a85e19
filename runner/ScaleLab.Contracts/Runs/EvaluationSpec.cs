using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Runs;

/// <summary>What is measured at the end of a run. Outside the identity: the training does not depend on it.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Blocks of the held-out set that are evaluated; all of them unless set. An image or clip is a block; where the loss compares them, whole batches of the training's size are evaluated, at least one.</summary>
    [Range(1, int.MaxValue)]
    public int? Blocks { get; init; }

    /// <summary>Vision: training images that the probes of the frozen features are fitted on; 0 measures the loss alone.</summary>
    [Range(0, 1_000_000)]
    public int ProbeImages { get; set; } = 2048;

    /// <summary>
    /// What emerges, beside the loss, each in columns of its own. Language models: <c>in_context</c>, <c>induction</c>, <c>linear_representation</c>.
    /// Vision: <c>attention_segmentation</c> (worlds with known masks), <c>outlier_tokens</c>, <c>physics</c> (of <c>moving-shapes</c>).
    /// </summary>
    public MetricName[]? Metrics { get; init => field = value is { Length: > 0 } ? [.. value.Distinct().Order()] : null; }

    /// <summary><c>linear_representation</c>: one line for each concept, <c>NAME FROM/TO FROM/TO …</c>, such as <c>gender king/queen man/woman</c>; each word one token. Else those that suit the corpus.</summary>
    public string[]? Pairs { get; init => field = value is { Length: > 0 } ? value : null; }

    public bool Measures(MetricName metric) => Metrics?.Contains(metric) == true;

    // Lists are compared by what they hold.
    public bool Equals(EvaluationSpec? other) =>
        other is not null && Blocks == other.Blocks && ProbeImages == other.ProbeImages && Same(Metrics, other.Metrics) && Same(Pairs, other.Pairs);

    public override int GetHashCode() => HashCode.Combine(Blocks, ProbeImages, Metrics?.Length, Pairs?.Length);

    private static bool Same<T>(T[]? a, T[]? b) => a is null ? b is null : b is not null && a.AsSpan().SequenceEqual(b);
}

/// <summary>Properties that appear with scale, measured beside the loss (docs/emergence.md).</summary>
public enum MetricName
{
    /// <summary>Loss late in the context less loss early in it.</summary>
    InContext,

    /// <summary>Heads that find what followed the same token before, and copy it.</summary>
    Induction,

    /// <summary>Concepts as directions of the unembedding.</summary>
    LinearRepresentation,

    /// <summary>How well the attention of the last layer finds the object.</summary>
    AttentionSegmentation,

    /// <summary>Patch tokens far longer than the others.</summary>
    OutlierTokens,

    /// <summary>Place and velocity of what moves, from frozen features.</summary>
    Physics,
}
