using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Text;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Tells what happens in a sweep, to the log, to the one who watches, and to the forecast. Not thread-safe.</summary>
/// <param name="progress">The forecast.</param>
/// <param name="view">The one who watches.</param>
/// <param name="log">The log.</param>
/// <param name="begin">What handing a run over is called.</param>
internal sealed class SweepReporter(SweepProgress progress, IProgressView view, ILogger log, string begin = "start")
{
    public void Started(PlannedRun run, string device, bool recompute)
    {
        log.RunStarted(run.Key, device, recompute);
        progress.Started(run);
        Show($"{begin,-5} {run.Key}{(recompute ? "  (recomputing activations)" : "")}");
    }

    public void Progressed(PlannedRun run, WorkerEvent report)
    {
        progress.Reported(run, report);
        view.Show(progress.Snapshot(), null);
    }

    public void Finished(PlannedRun run, RunResult result)
    {
        log.RunEnded(run.Key, result.Status, result.Attempt, result.ValLoss ?? result.TrainLoss);
        progress.Finished(run, result);
        var now = progress.Snapshot();
        var loss = (result.ValLoss ?? result.TrainLoss) is { } value ? $"  loss {ProgressText.Loss(value)}" : "";
        view.Show(now, $"done  {run.Key}{loss}  ({ProgressText.Totals(now)})");
    }

    public void Stopped(PlannedRun run, RunFailure failure)
    {
        log.RunStopped(run.Key, failure.Message);
        progress.Returned(run);
        Show($"stop  {run.Key}");
    }

    public void WillRetry(PlannedRun run, RunFailure failure, Verdict verdict)
    {
        log.RunRetried(run.Key, failure.Class, failure.Message, verdict.Count, verdict.Pause.TotalSeconds);
        progress.Returned(run);
        Show($"retry {run.Key}: {failure.Message}");
    }

    public void Failed(FailedRun failed, PlannedRun run)
    {
        log.RunFailed(failed.Key, failed.Status, failed.Class, failed.Reason);
        progress.Failed(run);
        Show($"fail  {failed.Key}: {failed.Reason}");
    }

    public void Measuring(int count) => Show($"measure {Runs(count)} as 'evaluation' now says");

    public void Measured(int measured, int left)
    {
        log.RunsMeasured(measured, left);
        Show($"{Runs(measured)} measured as 'evaluation' now says, from their weights");
    }

    public void NotMeasured(FailedRun run)
    {
        log.RunNotMeasured(run.Key, run.Class, run.Reason);
        Show($"fail  {run.Key}: {run.Reason}");
    }

    public void Quarantined(string device, FailureClass failure)
    {
        log.DeviceQuarantined(device, failure);
        Show($"quarantine {device}: {FailurePolicy.Quarantine} runs in a row failed there ({ProgressText.Name(failure)})");
    }

    public void Packed(string device, int lanes)
    {
        log.DevicePacked(device, lanes);
        Show(FormattableString.Invariant($"pack  {device}: {lanes} {(lanes == 1 ? "run" : "runs")} at a time"));
    }

    public void Paused(string folder, long needed, long free)
    {
        log.QueuePaused(folder, needed, free);
        Show($"pause: the disk under {folder} is full ({Quantity.Format(free)} bytes free, the next run needs {Quantity.Format(needed)}); going on when there is room");
    }

    public void Resumed()
    {
        log.QueueResumed();
        Show("room again: going on");
    }

    private static string Runs(int count) => FormattableString.Invariant($"{count} finished {(count == 1 ? "run" : "runs")}");

    private void Show(string change) => view.Show(progress.Snapshot(), change);
}
