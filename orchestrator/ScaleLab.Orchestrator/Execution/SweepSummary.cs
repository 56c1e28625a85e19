using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>How a session of a sweep ended.</summary>
/// <param name="Total">Runs of the plan.</param>
/// <param name="Done">Runs with a good result, older ones included.</param>
/// <param name="Trained">Runs that got their result in this session.</param>
/// <param name="Failed">Runs without a good result, and why.</param>
/// <param name="End">What ended it.</param>
internal sealed record SweepSummary(int Total, int Done, int Trained, IReadOnlyList<FailedRun> Failed, SweepEnd End);

internal sealed record FailedRun(string Key, RunStatus Status, string Reason);

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
}
