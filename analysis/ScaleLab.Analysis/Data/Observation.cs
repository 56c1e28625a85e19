using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Data;

/// <summary>One trained point: a model of <paramref name="N"/> parameters after <paramref name="D"/> tokens.</summary>
/// <param name="Run">The run's key where the file names its rows, else <c>line 17</c>.</param>
/// <param name="N">Parameters, &gt; 0, by the counting rule that was asked for.</param>
/// <param name="D">Training tokens (images for vision), &gt; 0.</param>
/// <param name="C">Training FLOPs, &gt; 0: as the file gives it, else 6·N·D.</param>
/// <param name="Loss">Held-out loss, &gt; 0, nats unless the file says otherwise.</param>
public sealed record Observation(string Run, double N, double D, double C, double Loss)
{
    /// <summary>Rows of one cluster share noise (branches of a trunk) and are resampled together; null = independent of all others.</summary>
    public string? Cluster { get; init; }

    /// <summary>The isoFLOP budget that the run belongs to, FLOPs.</summary>
    public double? Budget { get; init; }

    /// <summary>False for a point read off in the middle of a learning-rate schedule: such losses are too high.</summary>
    public bool Annealed { get; init; } = true;

    /// <summary>Replicates differ in it; empty where the file does not say.</summary>
    public string Seed { get; init; } = "";

    /// <summary>The learning rate, in whatever unit the file has; null where it does not say.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Different tokens, those of the corpus where it holds more than were trained on; null where the file does not say: none is repeated then.</summary>
    public double? UniqueD { get; init; }

    /// <summary>The loss of the process that made the data, on the same held-out samples; null where it is not known.</summary>
    public double? Floor { get; init; }

    /// <summary>What a law reads of it.</summary>
    internal RunScale Scale => new(N, D) { C = C, UniqueD = Math.Min(UniqueD ?? D, D) };

    /// <summary>1-based line in the file; 0 = not from a file.</summary>
    public long Line { get; init; }

    public double? NNonEmbedding { get; init; }

    public double? NEmbedding { get; init; }
}
