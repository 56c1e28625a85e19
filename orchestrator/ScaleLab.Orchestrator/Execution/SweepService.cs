using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Drives a sweep: one loop that starts what is ready, hears what happened, and decides about retries.</summary>
internal sealed class SweepService(
    Plan plan,
    SweepFolder folder,
    IRunExecutor executor,
    IProgressView view,
    TimeProvider time,
    SweepLifetime lifetime,
    IHostApplicationLifetime application,
    ILogger<SweepService> log) : BackgroundService
{
    private const int Attempts = 2;

    private readonly RunQueue _queue = new(plan.Runs);
    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(256);
    private readonly Dictionary<string, int> _attempts = [];
    private readonly List<FailedRun> _failed = [];
    private readonly HashSet<string> _settled = [];
    private SweepProgress _progress = null!;
    private int _done;
    private int _trained;

    public SweepSummary Summary => new(plan.Runs.Count, _done, _trained, _failed, lifetime.End);

    /// <exception cref="InputException">The folder holds results of the other kind of executor.</exception>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            _progress = new SweepProgress(plan.Runs.Count, _queue, executor.Slots, time);
            Survey();
            log.SweepStarted(plan.Name, plan.Runs.Count, _done, executor.Slots);
            await DriveAsync(stoppingToken);
            log.SweepEnded(lifetime.End, _done, _failed.Count);
        }
        finally
        {
            application.StopApplication();
        }
    }

    // The files say what is left to do.
    private void Survey()
    {
        var results = plan.Runs.ToDictionary(r => r.Spec.Key, r => folder.Run(r.Spec.Key).ReadResult());
        foreach (var run in plan.Runs)
        {
            var result = results[run.Spec.Key];
            if (result is not null && (result.Machine.Device == SimulatedExecutor.Device) != executor.IsSimulated)
            {
                throw new InputException($"{folder.Path} holds {(executor.IsSimulated ? "trained" : "simulated")} results; choose another folder with --out");
            }

            if (result is { Status: RunStatus.Ok })
            {
                _settled.Add(run.Spec.Key);
                _progress.IsDone();
                _done++;
            }
            else
            {
                _progress.Waits(run);
            }
        }

        foreach (var run in plan.Runs)
        {
            if (results[run.Spec.Key] is { Status: not RunStatus.Ok } bad)
            {
                Fail(run, bad.Status, Reason(bad));
            }
            else if (results[run.Spec.Key] is null && (run.Spec.Parent is null || results[run.Spec.Parent] is { Status: RunStatus.Ok }))
            {
                _queue.Add(run);
            }
        }
    }

    private async Task DriveAsync(CancellationToken stop)
    {
        for (var running = 0; ;)
        {
            while (running < executor.Slots && !stop.IsCancellationRequested && _queue.TryTake(out var next))
            {
                running++;
                Start(next, stop);
            }

            if (running == 0)
            {
                return;
            }

            var notice = await _notices.Reader.ReadAsync(lifetime.Kill);
            if (notice.Report is { } report)
            {
                _progress.Reported(notice.Run, report);
                view.Show(_progress.Snapshot(), null);
                continue;
            }

            running--;
            notice.Error?.Throw();
            Ended(notice.Run, notice.Failure, stop.IsCancellationRequested);
        }
    }

    private void Start(PlannedRun run, CancellationToken stop)
    {
        log.RunStarted(run.Spec.Key);
        _progress.Started(run);
        view.Show(_progress.Snapshot(), $"start {run.Spec.Key}");
        _ = TrainAsync(run, stop);
    }

    private async Task TrainAsync(PlannedRun run, CancellationToken stop)
    {
        Notice end;
        try
        {
            var failure = await executor.ExecuteAsync(
                folder.Run(run.Spec.Key),
                report => _notices.Writer.WriteAsync(new Notice(run) { Report = report }, lifetime.Kill),
                stop);
            end = new Notice(run) { Failure = failure };
        }
        catch (Exception e)
        {
            end = new Notice(run) { Error = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e) };
        }

        await _notices.Writer.WriteAsync(end, lifetime.Kill);
    }

    private void Ended(PlannedRun run, RunFailure? failure, bool stopping)
    {
        var key = run.Spec.Key;

        // The file is the truth, whatever the worker said last.
        var result = folder.Run(key).ReadResult();
        if (result is not null)
        {
            log.RunEnded(key, result.Status, result.Attempt, result.ValLoss ?? result.TrainLoss);
            _trained++;
            if (result.Status == RunStatus.Ok)
            {
                Finish(run, result);
            }
            else
            {
                Fail(run, result.Status, Reason(result));
            }

            return;
        }

        failure ??= new RunFailure { Class = FailureClass.Lost, Message = "the worker reported an end, but there is no result" };
        if (stopping && failure.Class != FailureClass.Permanent)
        {
            log.RunStopped(key, failure.Message);
            _progress.Returned(run);
            view.Show(_progress.Snapshot(), $"stop  {key}");
        }
        else if (failure.Class == FailureClass.Permanent || (_attempts[key] = _attempts.GetValueOrDefault(key) + 1) >= Attempts)
        {
            Fail(run, RunStatus.Failed, failure.Message);
        }
        else
        {
            log.RunRetried(key, failure.Class, failure.Message);
            _progress.Returned(run);
            _queue.Add(run);
            view.Show(_progress.Snapshot(), $"retry {key}: {failure.Message}");
        }
    }

    private void Finish(PlannedRun run, RunResult result)
    {
        _done++;
        _progress.Finished(run, result);
        foreach (var child in _queue.Children(run))
        {
            _queue.Add(child);
        }

        var now = _progress.Snapshot();
        var loss = (result.ValLoss ?? result.TrainLoss) is { } value ? $"  loss {ProgressText.Loss(value)}" : "";
        view.Show(now, $"done  {run.Spec.Key}{loss}  ({ProgressText.Totals(now)})");
    }

    private void Fail(PlannedRun run, RunStatus status, string reason)
    {
        if (!_settled.Add(run.Spec.Key))
        {
            return;
        }

        log.RunFailed(run.Spec.Key, reason);
        _failed.Add(new FailedRun(run.Spec.Key, status, reason));
        _progress.Failed(run);
        view.Show(_progress.Snapshot(), $"fail  {run.Spec.Key}: {reason}");
        foreach (var child in _queue.Children(run))
        {
            Fail(child, RunStatus.Failed, $"needs {run.Spec.Key}, which {(status == RunStatus.Diverged ? "diverged" : "failed")}");
        }
    }

    internal static string Reason(RunResult result) => result.Status == RunStatus.Diverged
        ? FormattableString.Invariant($"the loss ceased to be a number at step {result.Step}")
        : "no result after the allowed attempts";

    private sealed record Notice(PlannedRun Run)
    {
        public WorkerEvent? Report { get; init; }

        public RunFailure? Failure { get; init; }

        public System.Runtime.ExceptionServices.ExceptionDispatchInfo? Error { get; init; }
    }
}
