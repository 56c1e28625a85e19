using System.ComponentModel.DataAnnotations;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Rules of the recipe, overridden. Numeric ones may stand in <c>grid</c> with several values.</summary>
internal sealed record TrainSpec
{
    /// <summary><c>wsd</c> trains one trunk for all D and forks a cooldown for each; <c>cosine</c> trains each D from the start.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary><c>wsd</c>: the share of D spent on the cooldown.</summary>
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double? Cooldown { get; init; }

    /// <summary><c>wsd</c>: how the rate falls during the cooldown.</summary>
    public CooldownShape? CooldownShape { get; init; }

    /// <summary><c>cosine</c>: the share of the peak rate that is left at the end.</summary>
    [Range(0, 1)]
    public double? Floor { get; init; }

    /// <summary>Tokens over which the rate rises.</summary>
    [Range(0, 1e18)]
    public long? Warmup { get; init; }

    /// <summary><c>cosine</c>: the warmup as a share of D. Refused under <c>wsd</c>, whose trunk must not know D.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double? WarmupShare { get; init; }

    /// <summary><c>adamw</c>; or <c>lars</c>, whose matrices move by a share of their length, for joint-embedding losses at large batches. It needs its own <c>lr</c>.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>Peak learning rate of a matrix of width <c>base_width</c> at the initial batch.</summary>
    [Range(0, 100, MinimumIsExclusive = true)]
    public double? Lr { get; init; }

    /// <summary>Matrices learn at lr · base_width / width; 0 gives every width the same rate.</summary>
    [Range(0, 1_000_000)]
    public int? BaseWidth { get; init; }

    /// <summary>The rate of tables and gains, as a multiple of lr.</summary>
    [Range(0, 1e6)]
    public double? VectorLr { get; init; }

    /// <summary>Tokens per step at the start: whole windows.</summary>
    [Range(1, 1e12)]
    public long? Batch { get; init; }

    /// <summary>The batch grows with the tokens seen to this power, in powers of two; 0 keeps it fixed.</summary>
    [Range(0, 1)]
    public double? BatchRamp { get; init; }

    /// <summary>Tokens seen at which the batch begins to grow.</summary>
    [Range(1, 1e18)]
    public long? BatchRampFrom { get; init; }

    /// <summary>No batch is larger: tokens per step.</summary>
    [Range(1, 1e12)]
    public long? BatchMax { get; init; }

    /// <summary>AdamW's decay of the mean of gradients; the momentum of LARS.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double? Beta1 { get; init; }

    /// <summary>AdamW's decay of the mean of squared gradients.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double? Beta2 { get; init; }

    /// <summary>AdamW's guard against division by zero.</summary>
    [Range(0, 1, MinimumIsExclusive = true)]
    public double? Epsilon { get; init; }

    /// <summary>Decay of matrices; AdamW's is decoupled, times their rate.</summary>
    [Range(0, 1e3)]
    public double? WeightDecay { get; init; }

    /// <summary>Largest norm of the gradient; 0 switches clipping off.</summary>
    [Range(0, 1e9)]
    public double? Clip { get; init; }

    /// <summary>The number format of matrix products.</summary>
    public Precision? Precision { get; init; }
}
