using System.Text.Json.Serialization;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>What to train: the point of the frontier that one number (FLOPs, N, D or loss) names, or a point beside it that two of them name.</summary>
/// <param name="Given">What named it: <c>flops</c>, <c>params</c>, <c>tokens</c> or <c>loss</c>, two of them with a <c>+</c> between, or <c>loss+inference</c>.</param>
/// <param name="Flops">C.</param>
/// <param name="N">Parameters.</param>
/// <param name="D">Tokens.</param>
/// <param name="Loss">Predicted; null where the law says only where the optimum lies.</param>
public sealed record Allocation(string Given, double Flops, double N, double D, double? Loss)
{
    public double TokensPerParam => D / N;

    /// <summary>By <c>flops</c>, <c>params</c>, <c>tokens</c>, <c>loss</c>, <c>tokens_per_param</c>, and <c>new_run_loss</c>, which holds one more run's loss and not only the law's; empty where the fit has no intervals. What was given has none.</summary>
    public IReadOnlyDictionary<string, Interval> Intervals { get; init; } = new Dictionary<string, Interval>();

    /// <summary>Of two given numbers: how much the loss exceeds the least one at the same compute, as a share of it; null on the frontier.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ExcessLoss { get; init; }

    /// <summary>Sizes that lose no more than <see cref="FlatShare"/> of the loss at the same compute: the optimum is flat. Null where the law has no loss.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Interval? FlatParams { get; init; }

    /// <summary>The share of the loss that <see cref="FlatParams"/> gives away.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FlatShare { get; init; }

    /// <summary>With inference: FLOPs of training and serving together; null without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LifetimeFlops { get; init; }

    /// <summary>With inference: the share of lifetime FLOPs that the model saves against the one that is cheapest to train for the same loss; null without.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LifetimeSaving { get; init; }

    /// <summary>How far beyond the data this lies, in words; null inside them.</summary>
    public string? Extrapolation { get; init; }
}
