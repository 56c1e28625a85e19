using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Collection;

/// <summary>What the files say about one run.</summary>
/// <param name="Run">As planned.</param>
/// <param name="Folder">Where it lives.</param>
/// <param name="Result">Null until it ended.</param>
/// <param name="Failure">Why it has no result and will not get one by itself; null while there is hope.</param>
/// <param name="Root">The run that it waits for in vain, its parent or one before that; null while there is hope.</param>
internal sealed record RunState(PlannedRun Run, RunFolder Folder, RunResult? Result, RunFailure? Failure, RunState? Root = null)
{
    /// <summary>Attempts begun; looked up when asked for, since whoever only counts runs need not open ten thousand folders.</summary>
    public IReadOnlyList<int> Attempts => field ??= Folder.AttemptNumbers();

    /// <summary>Null for a run that waits or is under way.</summary>
    public RunStatus? Status => Result?.Status ?? (Failure is null && Root is null ? null : RunStatus.Failed);

    /// <summary>For a run that has ended badly: what to tell about it.</summary>
    public FailedRun Describe(SweepFolder sweep) => new(
        Run.Key,
        Status!.Value,
        Failure?.Message ?? (Root is { } root ? Needs(root.Run.Key, root.Status!.Value) : Reason(Result!)),
        Failure?.Class,
        Failure is null ? null : sweep.LogOf(Run.Key));

    /// <summary>The result as the sweep measures now; null where the run was only measured otherwise.</summary>
    public RunEvaluation? Evaluation => Result is null ? null
        : Result.Evaluation == Run.Spec.Evaluation ? RunEvaluation.Of(Result)
        : Folder.ReadEvaluation(Run.Spec.Evaluation);

    /// <summary>Reads all runs of a plan; a run that waits for a failed one has failed too.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="runs">Parents before children.</param>
    public static IReadOnlyList<RunState> ReadAll(SweepFolder folder, IReadOnlyList<PlannedRun> runs)
    {
        var states = new Dictionary<string, RunState>();
        foreach (var state in SweepFolder.ReadEach(runs, r => Read(r, folder.Run(r.Key))))
        {
            var parent = state.Status is null && state.Run.Parent is { } key ? states.GetValueOrDefault(key) : null;
            states.Add(state.Run.Key, parent?.Status is RunStatus.Diverged or RunStatus.Failed ? state with { Root = parent.Root ?? parent } : state);
        }

        return [.. states.Values];
    }

    /// <summary>Why a run with a result has no good one.</summary>
    public static string Reason(RunResult result) => result.Status == RunStatus.Diverged
        ? FormattableString.Invariant($"{result.Collapse ?? "the loss ceased to be a number"} at step {result.Step}")
        : "no result after the allowed attempts";

    /// <summary>Why a run that grows, at first or second hand, from <paramref name="root"/> cannot run.</summary>
    public static string Needs(string root, RunStatus status) => $"needs {root}, which {(status == RunStatus.Diverged ? "diverged" : "failed")}";

    private static RunState Read(PlannedRun run, RunFolder folder)
    {
        var result = folder.ReadResult();
        return new RunState(run, folder, result, result is null ? FailureOf(folder, folder.AttemptNumbers()) : null);
    }

    // As a driver decided. Where none looks on, as on a cluster that was left alone, what no driver would try again has failed as well.
    private static RunFailure? FailureOf(RunFolder folder, IReadOnlyList<int> attempts) =>
        attempts is [.., var newest] && folder.Attempt(newest) is var attempt && attempt.ReadFailure() is { } failure && (attempt.IsGivenUp || FailurePolicy.Of(failure.Class).Retries == 0)
            ? failure
            : null;
}
