using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Collection;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>A run that waits or trains somewhere on the cluster, as its folder shows it. Job numbers and restart counts are Slurm's affair: what counts is attempts.</summary>
internal sealed class FollowedRun(RunFolder folder, bool recompute, Func<WorkerEvent, ValueTask> report)
{
    private readonly TaskCompletionSource<RunFailure?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task _reporting = Task.CompletedTask;
    private long _step = -1;
    private (int Attempt, DateTime Beat) _beat;

    // Attempts up to here had ended before.
    private readonly int _before = folder.AttemptNumbers().LastOrDefault(k => folder.Attempt(k).ReadFailure() is not null);

    public RunFolder Folder => folder;

    public string Key { get; } = Path.GetFileName(folder.Path);

    public bool Recompute => recompute;

    /// <summary>Where it was sent; null until it is.</summary>
    public (Submission Submission, int Task)? Place { get; private set; }

    /// <summary>Looks in a row at which Slurm did not know its task, or knew it as ended.</summary>
    public int Absences { get; private set; }

    /// <summary>Times that it was sent without any attempt following.</summary>
    public int Vain { get; private set; }

    /// <summary>When its worker last gave a sign, or Slurm last knew of it.</summary>
    public long Sign { get; private set; }

    public bool HasEnded => _end.Task.IsCompleted;

    /// <summary>The newest attempt since it was sent; null before.</summary>
    public AttemptFolder? Newest => folder.AttemptNumbers() is [.., var newest] && newest > _before ? folder.Attempt(newest) : null;

    /// <summary>All that was asked for stands in its folder.</summary>
    public bool IsDone => folder.ReadResult() is { } result
        && (result.Status != RunStatus.Ok || folder.ReadSpec() is var spec && (spec.Training.Phase == RunPhase.Trunk || folder.ReadEvaluation(spec.Evaluation) is not null));

    public void Sent(Submission submission, int task, long now) => (Place, Absences, Sign) = ((submission, task), 0, now);

    /// <summary>It will be sent again.</summary>
    public void Lost() => (Place, Vain) = (null, Vain + 1);

    public void Seen(long now) => (Absences, Sign) = (0, now);

    /// <summary>Slurm says it is not there. A worker that goes on all the same shows by its heartbeat, which may be hidden for a while on NFS.</summary>
    public void Missed(long now)
    {
        Absences++;
        if (Newest is { } attempt && File.Exists(attempt.HeartbeatFile) && (attempt.Number, File.GetLastWriteTimeUtc(attempt.HeartbeatFile)) is var beat && beat != _beat)
        {
            (_beat, Sign) = (beat, now);
        }
    }

    public async Task<RunFailure?> EndAsync(CancellationToken stop)
    {
        await using (stop.Register(() => _end.TrySetResult(new RunFailure { Class = FailureClass.Interrupted, Message = "left to Slurm" })))
        {
            var failure = await _end.Task;

            // After its end nobody wants a report.
            Task last;
            lock (_lock)
            {
                last = _reporting;
            }

            await last;
            return failure;
        }
    }

    public void End(RunFailure? failure) => _end.TrySetResult(failure);

    public void End(Exception error) => _end.TrySetException(error);

    /// <summary>Tells how far it has come, by its curve.</summary>
    public Task ReportAsync()
    {
        if (Newest is not { } attempt || CurveStitcher.Last(attempt) is not { } row || row.Step == _step)
        {
            return Task.CompletedTask;
        }

        lock (_lock)
        {
            if (!HasEnded)
            {
                _step = row.Step;
                _reporting = report(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder.Path, Attempt = attempt.Number, Step = row.Step, D = row.D, Loss = row.TrainLoss }).AsTask();
            }

            return _reporting;
        }
    }
}
