using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A sweep, expanded: every run with what it needs and costs. Nothing has run.</summary>
/// <param name="Name">The sweep's name.</param>
/// <param name="Text">The spec as it was written.</param>
/// <param name="Corpus">What the runs train on.</param>
/// <param name="Runs">Parents before children.</param>
internal sealed record Plan(string Name, string Text, CorpusInfo Corpus, IReadOnlyList<PlannedRun> Runs);

/// <summary>A run and its price.</summary>
internal sealed record PlannedRun
{
    public required RunSpec Spec { get; init; }

    /// <summary>Shared by all runs of one trunk; null for a run of its own.</summary>
    public string? Trunk { get; init; }

    /// <summary>The isoFLOP budget this run is a point of.</summary>
    public double? Budget { get; init; }

    /// <summary>Model FLOPs of the whole path from step 0.</summary>
    public required double C { get; init; }

    /// <summary>FLOPs that this run adds to the bill.</summary>
    public required double CSpent { get; init; }

    /// <summary>Bytes of memory at the peak, estimated.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes left on disk, estimated.</summary>
    public required long Disk { get; init; }

    /// <summary>Time on one device, estimated.</summary>
    public required TimeSpan Time { get; init; }
}
