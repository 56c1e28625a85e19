using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Progress;

/// <summary>A sweep as its files tell it, from any shell: what <c>scalelab status --json</c> prints.</summary>
internal sealed record SweepStatus
{
    // A worker that has not touched its heartbeat for so long is taken for dead.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    public int Format { get; set; } = 1;

    public required string Sweep { get; init; }

    public required int Total { get; init; }

    public required int Done { get; init; }

    public required IReadOnlyList<RunningRun> Running { get; init; }

    public required int Waiting { get; init; }

    public required IReadOnlyList<FailedRun> Failed { get; init; }

    /// <summary>What D counts.</summary>
    public required string Unit { get; init; }

    /// <summary>Units of D per second of all runs under way together; null where none has come far enough to tell.</summary>
    public double? DPerSecond { get; init; }

    /// <summary>Model FLOPs of the runs that have ended, wherever they were trained.</summary>
    public double FlopsSpent { get; init; }

    /// <summary>Device hours of the runs that have ended, GPU-hours on GPUs, lost attempts included.</summary>
    public double DeviceHours { get; init; }

    /// <summary>What waits or runs in Slurm's queue; null where nothing does.</summary>
    public SlurmStatus? Slurm { get; init; }

    /// <summary>Null where nobody drives the sweep.</summary>
    public OwnerRecord? Driver { get; init; }

    /// <summary>Seconds to the end; null where nobody drives the sweep.</summary>
    public double? RemainingSeconds { get; init; }

    /// <exception cref="Contracts.InputException">The folder holds no sweep.</exception>
    public static SweepStatus Read(SweepFolder folder, OwnerRecord here, DateTimeOffset now)
    {
        var states = RunState.ReadAll(folder, PlanFile.Read(folder));
        var driver = Ownership.Read(folder) is { } owner && !owner.IsGone(here) ? owner : null;
        var running = states.Where(s => s.Status is null).Select(s => RunningRun.Of(s, now)).OfType<RunningRun>().Where(r => r.HeartbeatAgeSeconds < Silence.TotalSeconds).ToList();
        var failed = states.Where(s => s.Status is RunStatus.Diverged or RunStatus.Failed).Select(s => s.Describe(folder)).ToList();
        var done = states.Count(s => s.Status == RunStatus.Ok);
        var uses = DeviceLedger.Read(folder, states);
        return new SweepStatus
        {
            Sweep = states.Count > 0 ? states[0].Run.Spec.Sweep : "",
            Total = states.Count,
            Done = done,
            Running = running,
            Waiting = states.Count - done - running.Count - failed.Count,
            Failed = failed,
            Unit = states.Count > 0 ? ModelFamily.Named(states[0].Run.Spec.Training.Model.Family).Unit : "tokens",
            DPerSecond = running.Sum(r => r.DPerSecond) is var rate && rate > 0 ? rate : null,
            FlopsSpent = states.Where(s => s.Result is not null).Sum(s => s.Run.CSpent),
            DeviceHours = states.Sum(s => s.Result is { } result ? Hours(result, uses.GetValueOrDefault(s.Run.Key)) : 0),
            Driver = driver,
            RemainingSeconds = driver is null ? null : Remaining(states, running, Math.Max(driver.Slots, running.Count)).TotalSeconds,
        };
    }

    // Nobody timed an attempt whose driver was killed: what the run says of itself is closer.
    private static double Hours(RunResult result, (int Attempts, double Hours) use) => use.Attempts >= result.Attempt ? use.Hours : result.WallSeconds / 3600;

    // The plan's times for what is left, corrected by how true they were for what is done.
    private static TimeSpan Remaining(IReadOnlyList<RunState> states, List<RunningRun> running, int slots)
    {
        var done = states.Where(s => s.Status == RunStatus.Ok).ToList();
        var planned = done.Sum(s => s.Run.Time.TotalSeconds);
        var measured = done.Sum(s => s.Result!.WallSeconds);
        var shares = running.ToDictionary(r => r.Key, r => r.Share);
        var ended = states.Where(s => s.Status is not null).Select(s => s.Run.Key).ToHashSet();
        var left = states.Where(s => s.Status is null).Select(s => s.Run with
        {
            Parent = s.Run.Parent is { } p && !ended.Contains(p) ? p : null,
            Time = s.Run.Time * (1 - shares.GetValueOrDefault(s.Run.Key)),
        }).ToList();
        return ListSchedule.Finish(left, Math.Max(1, slots)) * (planned > 0 && measured > 0 ? measured / planned : 1);
    }
}

/// <summary>A run under way, by its newest attempt.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Attempt">The attempt's number.</param>
/// <param name="Step">Steps done, by its curve.</param>
/// <param name="EndStep">Steps wanted.</param>
/// <param name="Share">Of its own steps, 0 … 1.</param>
/// <param name="Loss">Training loss of the last row of its curve, nats.</param>
/// <param name="HeartbeatAgeSeconds">Since the worker last gave a sign.</param>
internal sealed record RunningRun(string Key, int Attempt, long Step, long EndStep, double Share, double? Loss, double HeartbeatAgeSeconds)
{
    /// <summary>Units of D per second since the attempt took up the work, up to the last row of its curve; null before there is one.</summary>
    public double? DPerSecond { get; init; }

    /// <returns>Null for a run that was not begun, or whose newest attempt has ended.</returns>
    public static RunningRun? Of(RunState state, DateTimeOffset now)
    {
        if (state.Attempts.Count == 0)
        {
            return null;
        }

        var attempt = state.Folder.Attempt(state.Attempts[^1]);
        if (!File.Exists(attempt.HeartbeatFile) || attempt.ReadFailure() is not null)
        {
            return null;
        }

        var training = state.Run.Spec.Training;
        var last = CurveStitcher.Last(attempt);
        var start = attempt.ReadRestorePoint()?.Step ?? training.StartStep;
        var step = last?.Step ?? start;
        var seconds = last is null ? 0 : (File.GetLastWriteTimeUtc(attempt.CurveFile) - File.GetLastWriteTimeUtc(attempt.RestoreFile)).TotalSeconds;
        return new RunningRun(
            state.Run.Key,
            attempt.Number,
            step,
            training.EndStep,
            (double)(step - training.StartStep) / (training.EndStep - training.StartStep),
            last?.TrainLoss,
            Math.Max(0, (now - File.GetLastWriteTimeUtc(attempt.HeartbeatFile)).TotalSeconds))
        {
            DPerSecond = seconds > 0 ? (last!.D - new Timeline(training.Batch).SeenBefore(start)) / seconds : null,
        };
    }
}
