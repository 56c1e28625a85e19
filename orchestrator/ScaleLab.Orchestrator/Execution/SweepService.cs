using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Drives a sweep: one loop that starts what is ready, hears what happened, and carries out what <see cref="FailurePolicy"/> says.</summary>
internal sealed class SweepService(
    Plan plan,
    Survey survey,
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
    private readonly FailureBook _failures = new();
    private readonly MemoryBook _memory = new(folder);
    private readonly Mailbox _mail = new(time, lifetime.Kill);
    private readonly List<FailedRun> _failed = [];
    private readonly HashSet<string> _settled = [];
    private readonly HashSet<string> _unstacked = [];
    private Dispatcher _dispatcher = null!;
    private Packing? _packing;
    private SweepReporter _reporter = null!;
    private bool _paused;
    private int _done;
    private int _trained;
    private (int Left, IReadOnlyList<FailedRun> Failed) _unmeasured = (0, []);

    public SweepSummary Summary => new(plan.Runs.Count, _done, _trained, _failed, lifetime.End) { Unmeasured = _unmeasured.Left, NotMeasured = _unmeasured.Failed };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Begin();
            log.SweepStarted(plan.Name, plan.Runs.Count, _done, executor.AtOnce);
            _unmeasured = await new Reevaluation(plan, survey, folder, executor, _reporter).RunAsync(stoppingToken).WaitAsync(lifetime.Kill);
            await DriveAsync(stoppingToken);
            log.SweepEnded(lifetime.End, _done, _failed.Count);
        }
        finally
        {
            application.StopApplication();
        }
    }

    private void Begin()
    {
        _packing = executor.Pool is { IsPacked: true } pool ? new Packing(pool, _memory, time) : null;
        var progress = new SweepProgress(plan.Runs.Count, _queue, () => _packing?.Lanes ?? (executor.Queues ? executor.AtOnce : executor.Devices.Count), time, executor.Queues);
        _reporter = new SweepReporter(progress, view, log, executor.Queues ? "send" : "start");
        _dispatcher = new Dispatcher(_queue, executor.Devices, _packing);
        foreach (var run in plan.Runs)
        {
            if (survey.IsDone(run.Key))
            {
                _settled.Add(run.Key);
                progress.IsDone();
                _done++;
            }
            else
            {
                progress.Waits(run);
            }
        }

        // A run whose end nobody saw was killed with its driver, perhaps between its result and its tidying.
        var seen = executor is { IsSimulated: false, Queues: false } ? UsageFile.ByRun(folder) : null;
        foreach (var run in plan.Runs)
        {
            if (survey.Results[run.Key] is { } there && seen?.ContainsKey(run.Key) == false)
            {
                OpenAttempts.Tidy(folder.Run(run.Key), there, run.Spec.Training);
            }

            if (survey.Results[run.Key] is { Status: not RunStatus.Ok } bad)
            {
                Fail(run, new FailedRun(run.Key, bad.Status, RunState.Reason(bad)));
            }
            else if (survey.Results[run.Key] is null && !executor.Holds(run.Key))
            {
                OpenAttempts.Close(folder.Run(run.Key), owner, log);
            }

            if (survey.IsReady(run))
            {
                _dispatcher.Add(run);
            }
        }
    }

    private async Task DriveAsync(CancellationToken stop)
    {
        StartReady(stop);
        while (_dispatcher.Busy + _mail.Pauses > 0)
        {
            await _mail.ActOnNextAsync();
            StartReady(stop);
        }

        // An end that nobody asked for says that nothing is left.
        var left = plan.Runs.Count - _done - _failed.Count;
        if (left > 0 && !stop.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{left} of {plan.Runs.Count} runs are left, and nothing starts them");
        }
    }

    private void StartReady(CancellationToken stop)
    {
        foreach (var slot in _dispatcher.Free)
        {
            if (stop.IsCancellationRequested || _paused || !TryTake(slot, out var run))
            {
                continue;
            }

            if (executor.IsSimulated || room.Holds(run))
            {
                StartAll(run, slot, stop);
            }
            else
            {
                _dispatcher.Add(run);
                Pause(run, stop);
            }
        }
    }

    private bool TryTake(int slot, out PlannedRun run)
    {
        while (_dispatcher.TryTake(slot, out run))
        {
            if (_failures.Bars(run) is not { } reason)
            {
                return true;
            }

            folder.Run(run.Key).ClaimAttempt().Publish(new RunFailure { Class = FailureClass.Permanent, Message = reason });
            Fail(run, Failed(run, reason, FailureClass.Permanent));
        }

        return false;
    }

    // With those that can share its passes, where that was asked for.
    private void StartAll(PlannedRun run, int slot, CancellationToken stop)
    {
        var runs = new List<PlannedRun> { run };
        var (most, device) = (executor.Pool?.Stack ?? 1, executor.Devices[slot]);
        while (runs.Count < most && MayStack(run) && _packing?.Holds(run, runs.Count + 1, device) != false
            && _dispatcher.TryTakeBeside(slot, r => MayStack(r) && Stack.Fits(run.Spec, r.Spec) && room.Holds(r), out var next))
        {
            runs.Add(next);
        }

        var where = new Assignment(slot, _memory.Recomputes(run, device), _packing is not null && Packing.Releases(run), runs.Count > 1 ? new Stack(runs.Count) : null);
        runs.ForEach(r => Start(r, where, stop));

        bool MayStack(PlannedRun r) => !_unstacked.Contains(r.Key) && !_memory.Recomputes(r, device) && _failures.Bars(r) is null;
    }

    private void Start(PlannedRun run, Assignment where, CancellationToken stop)
    {
        var (slot, device) = (where.Slot, executor.Devices[where.Slot]);
        _dispatcher.Occupy(slot, run);
        _reporter.Started(run, device, where.Recompute);
        _ = AttemptAsync();

        async Task AttemptAsync()
        {
            try
            {
                var failure = await executor.ExecuteAsync(folder.Run(run.Key), where, report => _mail.PostAsync(() => Progressed(run, device, report)), stop);
                await _mail.PostAsync(() => Ended(run, where, failure, stop));
            }
            catch (Exception e)
            {
                await _mail.PostAsync(e);
            }
        }
    }

    private void Progressed(PlannedRun run, string device, WorkerEvent report)
    {
        var lanes = _packing?.LanesOf(device);
        _packing?.Progressed(run, device, report);
        _reporter.Progressed(run, report);
        if (_packing?.LanesOf(device) is { } now && now != lanes)
        {
            _reporter.Packed(device, now);
        }
    }

    private void Ended(PlannedRun run, Assignment where, RunFailure? failure, CancellationToken stop)
    {
        var device = executor.Devices[where.Slot];
        var crowded = where.Stack is not null || _packing?.WasShared(run, device) == true;
        _dispatcher.Return(where.Slot, run);

        // The file is the truth, whatever the worker said last.
        if (folder.Run(run.Key).ReadResult() is { } result)
        {
            if (failure is not null)
            {
                OpenAttempts.Tidy(folder.Run(run.Key), result, run.Spec.Training);
            }

            _failures.Succeeded(device);
            _trained++;
            if (result.Status == RunStatus.Ok)
            {
                Finish(run, result);
            }
            else
            {
                Fail(run, new FailedRun(run.Key, result.Status, RunState.Reason(result)));
            }

            return;
        }

        failure ??= new RunFailure { Class = FailureClass.Lost, Message = "the worker reported an end, but there is no result" };
        if (stop.IsCancellationRequested && failure.Class != FailureClass.Permanent)
        {
            _reporter.Stopped(run, failure);
            return;
        }

        // Whichever of a stack has failed, they go on one by one.
        if (where.Stack is not null)
        {
            _unstacked.Add(run.Key);
        }

        // That they were too many says nothing of the device, and a stack that ends with its worker has failed once.
        var witness = crowded && failure.Class == FailureClass.DeviceOutOfMemory ? null : where.Stack ?? (object)run.Key;
        var verdict = _failures.Decide(run, device, failure.Class, witness);
        if (verdict.DeviceIsSuspect && _dispatcher.Quarantine(device))
        {
            _reporter.Quarantined(device, failure.Class);
        }

        if (verdict.Again)
        {
            TryAgain(run, device, failure, verdict, crowded, stop);
        }
        else
        {
            _failures.GivenUp(run, failure);
            GiveUp(folder.Run(run.Key), failure);
            Fail(run, Failed(run, failure.Message, failure.Class));
        }
    }

    // Whoever reads the files is to find what was decided here.
    private static void GiveUp(RunFolder run, RunFailure failure)
    {
        try
        {
            if (run.AttemptNumbers().Count == 0)
            {
                // It failed before it had one.
                run.ClaimAttempt().Publish(failure);
            }

            // One that is open belongs to a driver that has taken over.
            if (run.Attempt(run.AttemptNumbers()[^1]) is var last && last.ReadFailure() is not null)
            {
                last.GiveUp();
            }
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            // The session tells all the same.
        }
    }

    private void TryAgain(PlannedRun run, string device, RunFailure failure, Verdict verdict, bool crowded, CancellationToken stop)
    {
        _reporter.WillRetry(run, failure, verdict);
        switch (verdict.Retry)
        {
            case Retry.WhenThereIsRoom:
                _dispatcher.Add(run);
                Pause(run, stop);
                return;
            case Retry.Elsewhere:
                _dispatcher.Avoid(run, device);
                break;
            case Retry.InLessMemory when crowded:
                // That they were too many says nothing of one.
                _packing?.Separate(run);
                break;
            case Retry.InLessMemory:
                _memory.RanOut(run, device);
                break;
        }

        if (verdict.Retry is Retry.InLessMemory or Retry.ThenAlone && verdict.Count > 1)
        {
            _dispatcher.Isolate(run);
        }

        _mail.After(verdict.Pause, () => _dispatcher.Add(run), stop);
    }

    // The disk is looked at again and again, and said once.
    private void Pause(PlannedRun run, CancellationToken stop)
    {
        if (!_paused)
        {
            _paused = true;
            _reporter.Paused(folder.Path, DiskRoom.Needed(run), room.Free);
            _mail.After(DiskRoom.Pause, Look, stop);
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
                _mail.After(DiskRoom.Pause, Look, stop);
            }
        }
    }

    private void Finish(PlannedRun run, RunResult result)
    {
        _done++;
        _reporter.Finished(run, result);
        foreach (var child in _queue.Children(run))
        {
            _dispatcher.Add(child);
        }
    }

    private FailedRun Failed(PlannedRun run, string reason, FailureClass failure) => new(run.Key, RunStatus.Failed, reason, failure, folder.LogOf(run.Key));

    // With all that grows from it, which names the root of the trouble.
    private void Fail(PlannedRun run, FailedRun failed, FailedRun? root = null)
    {
        if (!_settled.Add(run.Key))
        {
            return;
        }

        _failed.Add(failed);
        _reporter.Failed(failed, run);
        root ??= failed;
        foreach (var child in _queue.Children(run))
        {
            Fail(child, new FailedRun(child.Key, RunStatus.Failed, RunState.Needs(root.Key, root.Status)), root);
        }
    }
}
