using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Collection;

/// <summary>What the files say about one run.</summary>
/// <param name="Run">As planned.</param>
/// <param name="Folder">Where it lives.</param>
/// <param name="Result">Null until it ended.</param>
/// <param name="Attempts">Attempts begun.</param>
/// <param name="Failure">Why it has no result and will not get one by itself; null while there is hope.</param>
internal sealed record RunState(PlannedRun Run, RunFolder Folder, RunResult? Result, IReadOnlyList<int> Attempts, string? Failure)
{
    /// <summary>Null for a run that waits or is under way.</summary>
    public RunStatus? Status => Result?.Status ?? (Failure is null ? null : RunStatus.Failed);

    /// <summary>Reads all runs of a plan; a run that waits for a failed one has failed too.</summary>
    /// <param name="folder">The sweep's folder.</param>
    /// <param name="runs">Parents before children.</param>
    public static IReadOnlyList<RunState> ReadAll(SweepFolder folder, IReadOnlyList<PlannedRun> runs)
    {
        var states = new Dictionary<string, RunState>();
        foreach (var run in runs)
        {
            var state = Read(run, folder.Run(run.Spec.Key));
            if (state.Status is null && run.Spec.Parent is { } parent && states.GetValueOrDefault(parent)?.Status is RunStatus.Diverged or RunStatus.Failed)
            {
                state = state with { Failure = $"needs {parent}, which {(states[parent].Status == RunStatus.Diverged ? "diverged" : "failed")}" };
            }

            states.Add(run.Spec.Key, state);
        }

        return [.. states.Values];
    }

    private static RunState Read(PlannedRun run, RunFolder folder)
    {
        var result = folder.ReadResult();
        var attempts = folder.AttemptNumbers();
        return new RunState(run, folder, result, attempts, result is null ? FailureOf(folder, attempts) : null);
    }

    // One lost attempt is followed by another; only two in a row, or one that no other can mend, are the end.
    private static string? FailureOf(RunFolder folder, IReadOnlyList<int> attempts)
    {
        var last = attempts.Count > 0 ? folder.Attempt(attempts[^1]).ReadFailure() : null;
        return last?.Class switch
        {
            null or FailureClass.Interrupted => null,
            FailureClass.Permanent => last.Message,
            _ => attempts.Count > 1 && folder.Attempt(attempts[^2]).ReadFailure() is { Class: not FailureClass.Interrupted } ? last.Message : null,
        };
    }
}
