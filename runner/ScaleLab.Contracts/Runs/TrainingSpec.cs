using ScaleLab.Contracts.Models;

namespace ScaleLab.Contracts.Runs;

/// <summary>Everything that decides a run's loss, resolved to numbers. Its canonical JSON is the run's identity (<see cref="RunKey"/>).</summary>
public sealed record TrainingSpec
{
    /// <summary>Raised when the same spec would no longer give the same loss; retires the keys of older runs.</summary>
    public const int CurrentSemantics = 3;

    public int Semantics { get; set; } = CurrentSemantics;

    public required ModelShape Model { get; init; }

    /// <summary>SHA-256 of the prepared corpus, in lower-case hexadecimal.</summary>
    public required string Corpus { get; init; }

    public required RunPhase Phase { get; init; }

    /// <summary>The step this run starts from: 0, or where it leaves its parent.</summary>
    public required long StartStep { get; init; }

    /// <summary>The step after which this run ends.</summary>
    public required long EndStep { get; init; }

    /// <summary>Units of D seen at the end, all phases included: what the fit calls D.</summary>
    public required long D { get; init; }

    public required BatchSpec Batch { get; init; }

    public required ScheduleSpec Schedule { get; init; }

    public required OptimizerSpec Optimizer { get; init; }

    public required int Seed { get; init; }

    public Precision Precision { get; set; } = Precision.Fp32;
}

/// <summary>A run's place in the dependency graph of its sweep.</summary>
public enum RunPhase
{
    /// <summary>From step 0 to its own end.</summary>
    Whole,

    /// <summary>A stretch of a WSD trunk at constant rate, up to the next fork. Gives no row of its own.</summary>
    Trunk,

    /// <summary>The cooldown of one D, forked off a trunk.</summary>
    Branch,
}

/// <summary>The number format of matrix products. Weights, moments and losses are float32 always.</summary>
public enum Precision
{
    Fp32,
    Bf16,
}
