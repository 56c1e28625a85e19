using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Decides what has become of a run. Its folder is the truth; what Slurm says is a hint of life, and silence of Slurm is none of death.</summary>
internal sealed class RunFate(SweepFolder folder, TimeProvider time)
{
    /// <summary>Looks before "not there" is believed: a controller that has just restarted may not know of all its jobs.</summary>
    private const int Looks = 3;

    /// <summary>Times that a run is sent without a trace before somebody is told.</summary>
    private const int MostVain = 3;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private bool _traced;

    /// <summary>Every other task would end alike.</summary>
    public bool IsHopeless { get; private set; }

    /// <param name="run">Was sent.</param>
    /// <param name="answered">Whether Slurm told us anything at all.</param>
    /// <param name="task">What it said about the run's task; null where nothing.</param>
    /// <exception cref="InputException">The cluster does not see the sweep's folder.</exception>
    public Fate Of(FollowedRun run, bool answered, QueuedTask? task)
    {
        var newest = run.Newest;
        _traced |= newest is not null;
        if (run.IsDone)
        {
            return Fate.Over(null);
        }

        // A task of several runs goes on to the next after a failure. One that was told to stop will take the run up again.
        var failure = newest?.ReadFailure();
        if (failure is { Class: not (FailureClass.Interrupted or FailureClass.Preempted or FailureClass.NodeLost) })
        {
            return Fate.Over(failure);
        }

        if (!answered)
        {
            return default;
        }

        if (task is { HasEnded: false })
        {
            run.Seen(time.GetTimestamp());
            return task.IsStranded ? new Fate { Stranded = task.Id } : default;
        }

        run.Missed(time.GetTimestamp());
        var (submission, index) = run.Place!.Value;
        var (exit, silence) = (submission.ExitOf(index), time.GetElapsedTime(run.Sign));

        // Files may come a moment after the end of a task that Slurm saw; a task that it has forgotten may live.
        var believed = task is not null || exit is not null ? run.Absences > 1
            : run.Absences >= Looks && silence > (newest is null ? Settling : Worker.Silence);
        return believed ? Conclude(run, task, exit, submission.HasTrace(index), failure) : default;
    }

    private Fate Conclude(FollowedRun run, QueuedTask? task, int? exit, bool traced, RunFailure? failure)
    {
        _traced |= traced;
        if (task is { State: "FAILED" or "COMPLETED" } && !_traced)
        {
            throw Hopeless($"task {task.Id} ended on {task.Host} and left nothing in {folder.Path}: this folder must lie on a disk that all nodes share; choose one with --out");
        }

        if (exit is 66 or 126 or 127)
        {
            throw Hopeless(exit == 66
                ? $"{task?.Host ?? "a node"} does not see {folder.Path}: this folder must lie on a disk that all nodes share; choose one with --out"
                : $"{task?.Host ?? "a node"} cannot start the runner (exit code {exit}): it must lie on a disk that all nodes share; set SCALELAB_RUNNER");
        }

        if (failure is not null)
        {
            return Fate.Over(failure);
        }

        // The run waited for its turn, and its task ended before it came.
        if (run.Newest is null && run.Vain < MostVain)
        {
            return new Fate { SendAgain = true };
        }

        // Nobody lived to close the attempt.
        var attempt = run.Newest ?? run.Folder.ClaimAttempt();
        attempt.Publish(Why(task, exit));
        return run.IsDone ? Fate.Over(null) : Fate.Over(attempt.ReadFailure());
    }

    private InputException Hopeless(string message)
    {
        IsHopeless = true;
        return new InputException(message);
    }

    internal static RunFailure Why(QueuedTask? task, int? exit)
    {
        var (kind, message) = (task?.State, exit) switch
        {
            ("OUT_OF_MEMORY", _) => (FailureClass.HostOutOfMemory, "Slurm ended its task for want of memory"),
            ("NODE_FAIL" or "BOOT_FAIL", _) => (FailureClass.NodeLost, $"node {task!.Host} went away"),
            ("TIMEOUT" or "DEADLINE", null) => (FailureClass.Preempted, "its task reached the time limit before it could save"),
            ("PREEMPTED", null) => (FailureClass.Preempted, "its task was preempted before it could save"),
            ("CANCELLED", null) => (FailureClass.Interrupted, "its task was cancelled"),
            (_, { } code) => (new WorkerEnd(code).Class, $"the runner ended: {new WorkerEnd(code)}"),
            (null, _) => (FailureClass.NodeLost, "Slurm does not know its task any more, and its worker is silent"),
            _ => (FailureClass.Lost, $"its task ended {task!.State} without a word"),
        };
        return new RunFailure { Class = kind, Message = message };
    }
}

/// <summary>What has become of a run; nothing yet, by default.</summary>
internal readonly record struct Fate
{
    public bool IsOver { get; private init; }

    /// <summary>Of a run that is over; null where its result stands.</summary>
    public RunFailure? Failure { get; private init; }

    public bool SendAgain { get; init; }

    /// <summary>The task that Slurm holds and will not start.</summary>
    public string? Stranded { get; init; }

    public static Fate Over(RunFailure? failure) => new() { IsOver = true, Failure = failure };
}
