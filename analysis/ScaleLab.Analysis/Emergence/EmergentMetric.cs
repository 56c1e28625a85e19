using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Emergence;

/// <summary>What a metric is measured against: untrained weights, shuffled answers.</summary>
/// <param name="Name">For people.</param>
/// <param name="Value">Null where it was not measured.</param>
public sealed record MetricControl(string Name, Func<ResultRow, double?> Value);

/// <summary>A column of results.csv that may show a property which small models do not have.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Title">For people.</param>
/// <param name="Value">Null where it was not measured.</param>
/// <param name="Controls">In the order in which they are told.</param>
public sealed record EmergentMetric(string Column, string Title, Func<ResultRow, double?> Value, params IReadOnlyList<MetricControl> Controls)
{
    /// <summary>
    /// Of a metric with a threshold, the column that measures the same without one: a threshold alone can make a smooth change look sudden
    /// (Schaeffer, Miranda and Koyejo 2023, arXiv:2304.15004). Null for a metric that has none.
    /// </summary>
    public string? Companion { get; init; }

    /// <summary>Less is better.</summary>
    public bool Falls { get; init; }

    private static MetricControl Untrained(Func<ResultRow, double?> value) => new("untrained", value);

    /// <summary>All that ScaleLab measures, one list for each figure.</summary>
    public static IReadOnlyList<(string Figure, string Title, IReadOnlyList<EmergentMetric> Metrics)> Families { get; } =
    [
        ("in-context", "Learning in context",
        [
            new("in_context_score", "In-context score (nats)", r => r.InContextScore) { Falls = true },
        ]),
        ("induction", "Induction heads",
        [
            new("prefix_matching", "Prefix matching", r => r.PrefixMatching, Untrained(r => r.PrefixMatchingRandom)),
            new("copy_score", "Copying", r => r.CopyScore),
            new("induction_score", "Both in one head", r => r.InductionScore),
            new("repeat_accuracy", "Repeated tokens told", r => r.RepeatAccuracy) { Companion = "repeat_loss" },
            new("repeat_loss", "Their loss (nats)", r => r.RepeatLoss, new MetricControl("first time", r => r.RepeatLossFirst)) { Falls = true },
        ]),
        ("concepts", "Concepts as directions",
        [
            new("linear_cosine", "Cosine within a concept", r => r.LinearCosine, new MetricControl("random pairs", r => r.LinearCosineShuffled)),
            new("analogy_accuracy", "Analogies completed", r => r.AnalogyAccuracy) { Companion = "linear_cosine" },
            new("concept_probe", "Direction as a probe", r => r.ConceptProbe),
            new("concept_steering", "Direction that steers", r => r.ConceptSteering),
        ]),
        ("attention", "Attention finds the object",
        [
            new("attention_jaccard", "Jaccard, 60 % of attention", r => r.AttentionJaccard,
                Untrained(r => r.AttentionJaccardRandom), new("labels", r => r.AttentionJaccardSupervised), new("shuffled", r => r.AttentionJaccardShuffled)) { Companion = "attention_ap" },
            new("attention_ap", "Average precision", r => r.AttentionAp,
                Untrained(r => r.AttentionApRandom), new("labels", r => r.AttentionApSupervised), new("shuffled", r => r.AttentionApShuffled)),
        ]),
        ("outliers", "Tokens far longer than others",
        [
            new("outlier_tokens", "Share beyond 3 × median", r => r.OutlierTokens) { Companion = "token_norm_ratio" },
            new("token_norm_ratio", "Longest hundredth / median", r => r.TokenNormRatio, Untrained(r => r.TokenNormRatioRandom)),
        ]),
        ("physics", "Place and velocity in frozen features",
        [
            new("position_r2", "R² of place", r => r.PositionR2, Untrained(r => r.PositionR2Random)),
            new("velocity_r2", "R² of velocity", r => r.VelocityR2, Untrained(r => r.VelocityR2Random)),
        ]),
    ];
}
