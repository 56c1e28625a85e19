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

    // As the driver decides: given up once the attempts since the last interruption hold more failures of one class than it may be retried.
    private static RunFailure? FailureOf(RunFolder folder, IReadOnlyList<int> attempts)
    {
        var failures = attempts.Reverse().Select(folder.Attempt).Select(a => GotOn(a) ? null : a.ReadFailure()).TakeWhile(f => f is { Class: not FailureClass.Interrupted }).Select(f => f!).ToList();
        return failures.Count > 0 && failures.Count(f => f.Class == failures[0].Class) > FailurePolicy.Of(failures[0].Class).Retries ? failures[0] : null;
    }

    // A run that lives through its hundredth preemption, or time limit of a queue, is on its way.
    private static bool GotOn(AttemptFolder attempt) =>
        attempt.ReadFailure() is { Class: FailureClass.Preempted } && attempt.CheckpointSteps() is [.., var last] && last > (attempt.ReadRestorePoint()?.Step ?? 0);
}
