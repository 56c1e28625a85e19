using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>How a session of a sweep ended.</summary>
/// <param name="Total">Runs of the plan.</param>
/// <param name="Done">Runs with a good result, older ones included.</param>
/// <param name="Trained">Runs that got their result in this session.</param>
/// <param name="Failed">Runs without a good result, and why.</param>
/// <param name="End">What ended it.</param>
internal sealed record SweepSummary(int Total, int Done, int Trained, IReadOnlyList<FailedRun> Failed, SweepEnd End)
{
    /// <summary>Good runs whose losses were measured otherwise than <c>evaluation</c> now says.</summary>
    public int Unmeasured { get; init; }

    /// <summary>Those of them that have weights and could not be measured, and why.</summary>
    public IReadOnlyList<FailedRun> NotMeasured { get; init; } = [];
}

/// <summary>A run without a good result.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Status">Diverged or failed.</param>
/// <param name="Reason">One line.</param>
/// <param name="Class">Of its last failure; null where it diverged or waits for one that failed.</param>
/// <param name="Log">Where to read on, within the sweep's folder; null where nothing was written.</param>
internal sealed record FailedRun(string Key, RunStatus Status, string Reason, FailureClass? Class = null, string? Log = null);

internal enum SweepEnd
{
    /// <summary>Nothing is left that could run.</summary>
    Completed,

    /// <summary>Ctrl-C.</summary>
    Interrupted,

    /// <summary>SIGTERM or a lost terminal.</summary>
    Terminated,

    /// <summary><c>scalelab cancel</c>.</summary>
    Cancelled,

    /// <summary>Another driver has taken the folder over.</summary>
    Superseded,

    /// <summary>All that was missing is in the queue of a cluster, and nobody waits for it here.</summary>
    Detached,
}
