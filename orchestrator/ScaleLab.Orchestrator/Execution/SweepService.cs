using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Drives a sweep: one loop that starts what is ready, hears what happened, and carries out what <see cref="FailurePolicy"/> says.</summary>
internal sealed class SweepService(
    Plan plan,
    SweepFolder folder,
    IRunExecutor executor,
    IProgressView view,
    DiskRoom room,
    TimeProvider time,
    Ownership owner,
    SweepLifetime lifetime,
    IHostApplicationLifetime application,
    ILogger<SweepService> log) : BackgroundService
{
    private readonly RunQueue _queue = new(plan.Runs);
    private readonly SlotBoard _slots = new(executor.Devices);
    private readonly FailureBook _failures = new();
    private readonly MemoryBook _memory = new(folder);
    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(256);
    private readonly Dictionary<string, string> _avoided = [];
    private readonly Queue<PlannedRun> _alone = new();
    private readonly List<FailedRun> _failed = [];
    private readonly HashSet<string> _settled = [];
    private SweepReporter _reporter = null!;
    private PlannedRun? _exclusive;
    private bool _paused;
    private int _waiting;
    private int _done;
    private int _trained;

    public SweepSummary Summary => new(plan.Runs.Count, _done, _trained, _failed, lifetime.End);

    /// <exception cref="InputException">The folder holds results of the other kind of executor.</exception>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Survey();
            log.SweepStarted(plan.Name, plan.Runs.Count, _done, executor.Devices.Count);
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
        var progress = new SweepProgress(plan.Runs.Count, _queue, executor.Devices.Count, time);
        _reporter = new SweepReporter(progress, view, log);
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
                progress.IsDone();
                _done++;
            }
            else
            {
                progress.Waits(run);
            }
        }

        foreach (var run in plan.Runs)
        {
            if (results[run.Spec.Key] is { Status: not RunStatus.Ok } bad)
            {
                Fail(run, bad.Status, RunState.Reason(bad));
            }
            else if (results[run.Spec.Key] is null)
            {
                OpenAttempts.Close(folder.Run(run.Spec.Key), owner, log);
                if (run.Spec.Parent is null || results[run.Spec.Parent] is { Status: RunStatus.Ok })
                {
                    _queue.Add(run);
                }
            }
        }
    }

    private async Task DriveAsync(CancellationToken stop)
    {
        while (true)
        {
            StartReady(stop);
            if (_slots.Busy + _waiting == 0)
            {
                return;
            }

            var notice = await _notices.Reader.ReadAsync(lifetime.Kill);
            notice.Error?.Throw();
            notice.Act!();
        }
    }

    private void StartReady(CancellationToken stop)
    {
        foreach (var slot in _slots.Free)
        {
            if (!stop.IsCancellationRequested && !_paused && _exclusive is null && TryTake(executor.Devices[slot], out var run))
            {
                if (executor.IsSimulated || room.Holds(run))
                {
                    Start(run, slot, stop);
                }
                else
                {
                    _queue.Add(run);
                    Pause(run, stop);
                }
            }
        }
    }

    private bool TryTake(string device, out PlannedRun run)
    {
        while (_queue.TryTake(r => _avoided.GetValueOrDefault(r.Spec.Key) != device || !_slots.HasOther(device), out run))
        {
            if (_failures.Bars(run) is not { } reason)
            {
                return true;
            }

            Bar(run, reason);
        }

        if (_slots.Busy > 0 || !_alone.TryDequeue(out run!))
        {
            return false;
        }

        _exclusive = run;
        return true;
    }

    private void Start(PlannedRun run, int slot, CancellationToken stop)
    {
        var device = executor.Devices[slot];
        var where = new Assignment(slot, _memory.Recomputes(run, device));
        _slots.Take(slot);
        _reporter.Started(run, device, where.Recompute);
        _ = AttemptAsync();

        async Task AttemptAsync()
        {
            Notice end;
            try
            {
                var failure = await executor.ExecuteAsync(
                    folder.Run(run.Spec.Key),
                    where,
                    report => _notices.Writer.WriteAsync(new Notice(() => _reporter.Progressed(run, report)), lifetime.Kill),
                    stop);
                end = new Notice(() => Ended(run, where, failure, stop));
            }
            catch (Exception e)
            {
                end = new Notice(null, ExceptionDispatchInfo.Capture(e));
            }

            await _notices.Writer.WriteAsync(end, lifetime.Kill);
        }
    }

    private void Ended(PlannedRun run, Assignment where, RunFailure? failure, CancellationToken stop)
    {
        var device = executor.Devices[where.Slot];
        _slots.Return(where.Slot);
        _exclusive = null;

        // The file is the truth, whatever the worker said last.
        if (folder.Run(run.Spec.Key).ReadResult() is { } result)
        {
            _failures.Succeeded(device);
            _trained++;
            if (result.Status == RunStatus.Ok)
            {
                Finish(run, result);
            }
            else
            {
                Fail(run, result.Status, RunState.Reason(result));
            }

            return;
        }

        failure ??= new RunFailure { Class = FailureClass.Lost, Message = "the worker reported an end, but there is no result" };
        if (stop.IsCancellationRequested && failure.Class != FailureClass.Permanent)
        {
            _reporter.Stopped(run, failure);
            return;
        }

        var verdict = _failures.Decide(run, device, failure.Class);
        if (verdict.DeviceIsSuspect && _slots.Quarantine(device))
        {
            _reporter.Quarantined(device, failure.Class);
        }

        if (verdict.Again)
        {
            TryAgain(run, device, failure, verdict, stop);
        }
        else
        {
            _failures.GivenUp(run, failure);
            Fail(run, RunStatus.Failed, failure.Message, failure.Class);
        }
    }

    private void TryAgain(PlannedRun run, string device, RunFailure failure, Verdict verdict, CancellationToken stop)
    {
        _reporter.WillRetry(run, failure, verdict);
        var alone = false;
        switch (verdict.Retry)
        {
            case Retry.Elsewhere:
                _avoided[run.Spec.Key] = device;
                break;
            case Retry.ThenAlone:
                alone = verdict.Count > 1;
                break;
            case Retry.InLessMemory:
                _memory.RanOut(run, device);
                alone = verdict.Count > 1;
                break;
            case Retry.WhenThereIsRoom:
                _queue.Add(run);
                Pause(run, stop);
                return;
        }

        After(verdict.Pause, () => (alone ? _alone.Enqueue : (Action<PlannedRun>)_queue.Add)(run), stop);
    }

    // The disk is looked at again and again, and said once.
    private void Pause(PlannedRun run, CancellationToken stop)
    {
        if (!_paused)
        {
            _paused = true;
            _reporter.Paused(folder.Path, DiskRoom.Needed(run), room.Free);
            After(DiskRoom.Pause, Look, stop);
        }

        void Look()
        {
            if (room.Holds(run) || stop.IsCancellationRequested)
            {
                _paused = false;
                _reporter.Resumed();
            }
            else
            {
                After(DiskRoom.Pause, Look, stop);
            }
        }
    }

    private void After(TimeSpan pause, Action act, CancellationToken stop)
    {
        _waiting++;
        _ = WaitAsync();

        async Task WaitAsync()
        {
            // A stop ends every pause; what was to follow is then not started.
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _notices.Writer.WriteAsync(new Notice(() => { _waiting--; act(); }), lifetime.Kill);
        }
    }

    private void Finish(PlannedRun run, RunResult result)
    {
        _done++;
        _reporter.Finished(run, result);
        foreach (var child in _queue.Children(run))
        {
            _queue.Add(child);
        }
    }

    private void Bar(PlannedRun run, string reason)
    {
        folder.Run(run.Spec.Key).ClaimAttempt().Publish(new RunFailure { Class = FailureClass.Permanent, Message = reason });
        Fail(run, RunStatus.Failed, reason, FailureClass.Permanent);
    }

    private void Fail(PlannedRun run, RunStatus status, string reason, FailureClass? failure = null)
    {
        if (!_settled.Add(run.Spec.Key))
        {
            return;
        }

        var failed = new FailedRun(run.Spec.Key, status, reason, failure, failure is null ? null : folder.LogOf(run.Spec.Key));
        _failed.Add(failed);
        _reporter.Failed(failed, run);
        foreach (var child in _queue.Children(run))
        {
            Fail(child, RunStatus.Failed, RunState.Needs(run.Spec.Key, status));
        }
    }

    private sealed record Notice(Action? Act, ExceptionDispatchInfo? Error = null);
}
