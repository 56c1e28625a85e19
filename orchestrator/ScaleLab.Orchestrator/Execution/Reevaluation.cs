using System.Collections.Concurrent;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Measures finished runs anew after <c>evaluation</c> has changed: from their final weights, without training.</summary>
internal static class Reevaluation
{
    /// <param name="plan">What is wanted now.</param>
    /// <param name="results">Of the runs that have ended, by key.</param>
    /// <param name="folder">Takes the evaluations.</param>
    /// <param name="executor">Measures: a run that has a result is not trained.</param>
    /// <param name="stop">Leaves the rest for the next session.</param>
    /// <returns>What was done, in lines that begin with a line end; empty where nothing was to do.</returns>
    public static async Task<string> RunAsync(Plan plan, IReadOnlyDictionary<string, RunResult> results, SweepFolder folder, IRunExecutor executor, CancellationToken stop)
    {
        var stale = plan.Runs.Where(r => r.IsPoint && results.GetValueOrDefault(r.Spec.Key) is { Status: RunStatus.Ok } result && result.Evaluation != r.Spec.Evaluation && IsStale(r)).ToList();
        var waiting = new ConcurrentQueue<PlannedRun>(stale);
        await Task.WhenAll(Enumerable.Range(0, executor.Devices.Count).Select(async slot =>
        {
            while (!stop.IsCancellationRequested && waiting.TryDequeue(out var run))
            {
                await executor.ExecuteAsync(folder.Run(run.Spec.Key), new Assignment(slot), _ => ValueTask.CompletedTask, stop);
            }
        }));
        var left = stale.Count(IsStale);
        return Line(stale.Count - left, "measured as 'evaluation' now says, from their weights")
            + Line(left, "without weights that could be measured anew: their rows have no val_loss under this 'evaluation'");

        bool IsStale(PlannedRun run) => folder.Run(run.Spec.Key).ReadEvaluation(run.Spec.Evaluation) is null;

        string Line(int count, string what) => count == 0 ? "" : FormattableString.Invariant($"\n{plan.Name}: {count} finished {(count == 1 ? "run" : "runs")} {what}");
    }
}
