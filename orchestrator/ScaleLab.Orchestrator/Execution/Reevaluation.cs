using System.Collections.Concurrent;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Measures finished runs anew after <c>evaluation</c> has changed: from their final weights, without training.</summary>
/// <param name="plan">What is wanted now.</param>
/// <param name="survey">What there is.</param>
/// <param name="folder">Takes the evaluations.</param>
/// <param name="executor">Measures: a run that has a result is not trained.</param>
/// <param name="reporter">Tells what is measured.</param>
internal sealed class Reevaluation(Plan plan, Survey survey, SweepFolder folder, IRunExecutor executor, SweepReporter reporter)
{
    /// <param name="stop">Leaves the rest for the next session.</param>
    /// <returns>How many runs keep the losses of another evaluation, and those of them that could not be measured.</returns>
    public async Task<(int Left, IReadOnlyList<FailedRun> Failed)> RunAsync(CancellationToken stop)
    {
        var stale = plan.Runs.Where(r => r.IsPoint && survey.Results[r.Key] is { Status: RunStatus.Ok } result && result.Evaluation != r.Spec.Evaluation && IsStale(r)).ToList();
        if (stale.Count == 0)
        {
            return (0, []);
        }

        reporter.Measuring(stale.Count);
        var waiting = new ConcurrentQueue<PlannedRun>(stale);
        var failures = new ConcurrentDictionary<string, RunFailure>();
        await Task.WhenAll(Enumerable.Range(0, Math.Min(executor.Pool?.PlannedSlots ?? int.MaxValue, executor.Devices.Count)).Select(async slot =>
        {
            while (!stop.IsCancellationRequested && waiting.TryDequeue(out var run))
            {
                if (await executor.ExecuteAsync(folder.Run(run.Key), new Assignment(slot), _ => ValueTask.CompletedTask, stop) is { Class: not FailureClass.Interrupted } failure)
                {
                    failures[run.Key] = failure;
                }
            }
        }));
        var left = stale.Where(IsStale).ToList();
        var failed = (from run in left
                      where failures.ContainsKey(run.Key)
                      let failure = failures[run.Key]
                      select new FailedRun(run.Key, RunStatus.Failed, $"not measured: {failure.Message}", failure.Class, folder.LogOf(run.Key))).ToList();
        failed.ForEach(reporter.NotMeasured);
        reporter.Measured(stale.Count - left.Count, left.Count);
        return (left.Count, failed);
    }

    private bool IsStale(PlannedRun run) => folder.Run(run.Key).ReadEvaluation(run.Spec.Evaluation) is null;
}
