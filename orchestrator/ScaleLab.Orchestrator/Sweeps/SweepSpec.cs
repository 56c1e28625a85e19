using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A sweep: which models, on what data, over which grid, by which recipe.</summary>
internal sealed record SweepSpec
{
    /// <summary>Names the sweep and its output folder: lower-case letters, digits, <c>.</c>, <c>_</c>, <c>-</c>; 64 at most.</summary>
    [RegularExpression("[a-z0-9][a-z0-9._-]{0,63}")]
    public required string Name { get; init; }

    /// <summary>The family of models: <c>lm</c>, a decoder-only language model, or a method that trains a vision transformer without labels.</summary>
    [ModelName]
    public required string Model { get; init; }

    /// <summary>Choices of that family, equal for the whole sweep.</summary>
    public ModelOptions? Options { get; init; }

    /// <summary>Where the samples come from. Relative paths start at the folder of the spec.</summary>
    public required DataSpec Data { get; init; }

    /// <summary>The points of the sweep: every combination of the axes.</summary>
    public required GridSpec Grid { get; init; }

    /// <summary>The named bundle of rules that sets what <c>train</c> leaves open.</summary>
    public RecipeName Recipe { get; init; }

    /// <summary>Rules of the recipe, overridden by numbers.</summary>
    public TrainSpec Train { get; set; } = new();

    /// <summary>The laws to fit; the first one is the answer.</summary>
    public LawName[] Law { get; set; } = [LawName.Chinchilla];

    /// <summary>What is measured at the end of each run. Changes no run, and no run key.</summary>
    public EvaluationSpec Evaluation { get; set; } = new();

    /// <summary>What a law says of the runs, for the report to judge.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>What <c>--executor slurm</c> asks of the scheduler. Changes no run, and no run key.</summary>
    public SlurmSpec Slurm { get; set; } = new();

    [JsonIgnore]
    public ModelFamily Family => ModelFamily.Named(Model);

    [JsonIgnore]
    public ModelOptions ModelOptions => Options ?? Family.Defaults;

    /// <summary>What the sweep may cost: a plan beyond it is an error, and <c>grid.design</c> spends it. Options of <c>plan</c> and <c>run</c> come first.</summary>
    public BudgetSpec Budget { get; set; } = new();
}

/// <summary>The names of all families.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ModelNameAttribute() : AllowedValuesAttribute([.. ModelFamily.All.Select(f => f.Name)]);

/// <summary>Caps over all runs together.</summary>
internal sealed record BudgetSpec
{
    /// <summary>Model FLOPs; a trunk counts once.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Flops { get; init; }

    /// <summary>Estimated device hours of all runs together: GPU-hours on GPUs.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Hours { get; init; }

    /// <summary>Estimated hours from start to end on the devices and lanes of the command line.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? WallHours { get; init; }

    [JsonIgnore]
    public bool IsSet => Flops is not null || Hours is not null || WallHours is not null;
}

internal enum RecipeName
{
    /// <summary>Small batches that ramp with the tokens seen, rates that carry over widths, WSD.</summary>
    Default,
}

internal enum LawName
{
    /// <summary>L = E + A/N^α + B/D^β.</summary>
    Chinchilla,

    /// <summary>L = A/N^α + B/D^β.</summary>
    Power,

    /// <summary>L = E + A/N^α + B/D^α.</summary>
    Tied,

    /// <summary>L = E + (A/N^α + B/D^β)^γ.</summary>
    Gamma,

    /// <summary>Kaplan et al.'s form, without E.</summary>
    Kaplan,

    /// <summary>Repeated data count for ever less.</summary>
    DataConstrained,

    /// <summary>chinchilla and gamma, averaged by how well they extrapolate.</summary>
    Auto,
}
