using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>
/// <c>n</c> with <c>d</c>, <c>n</c> with <c>tokens_per_param</c>, <c>isoflop</c>, or <c>design</c>; and any further axis: <c>seed</c> or <c>seeds</c>, or a numeric key of <c>train</c>.
/// A single value stands for a list of one.
/// </summary>
internal sealed record GridSpec
{
    /// <summary>Wanted model sizes: all trained parameters. Each is met by the nearest shape; the plan shows the size that it has.</summary>
    [Range(1, 1e15)]
    public double[]? N { get; init; }

    /// <summary>Training data: tokens trained on, cooldown included.</summary>
    [Range(1, 1e18)]
    public double[]? D { get; init; }

    /// <summary>Training data as a multiple of the model's true size.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double[]? TokensPerParam { get; init; }

    /// <summary>Points of equal compute.</summary>
    public IsoflopSpec? Isoflop { get; init; }

    /// <summary>Sizes and amounts of data left to the plan: as large as <c>budget</c> allows.</summary>
    public DesignSpec? Design { get; init; }

    /// <summary>Seeds of initialisation and data order.</summary>
    [Range(0, int.MaxValue)]
    public int[]? Seed { get; init; }

    /// <summary>The number of seeds, from 0 on.</summary>
    [Range(1, 1000)]
    public int? Seeds { get; init; }

    /// <summary>Numeric keys of <c>train</c>, each with its list of values.</summary>
    [JsonExtensionData]
    public JsonObject? Axes { get; set; }
}

/// <summary>For each budget, models of several sizes, each trained on what the budget affords.</summary>
internal sealed record IsoflopSpec
{
    /// <summary>Budgets: model FLOPs of one point.</summary>
    [Range(1, 1e30)]
    public required double[] Flops { get; init; }

    /// <summary>Wanted model sizes, the same for every budget. Else they follow from <c>points</c>.</summary>
    [Range(1, 1e15)]
    public double[]? N { get; init; }

    /// <summary>Sizes for each budget, in equal ratios around the centre.</summary>
    [Range(2, 99)]
    public int? Points { get; init; }

    /// <summary>Units of D per parameter at the centre of the points; 20 tokens after Hoffmann et al. 2022.</summary>
    [Range(0, 1e9, MinimumIsExclusive = true)]
    public double Centre { get; set; } = 20;

    /// <summary>The ratio of the largest size to the one in the centre, and of that one to the smallest.</summary>
    [Range(1, 1e6, MinimumIsExclusive = true)]
    public double Spread { get; set; } = 4;
}
