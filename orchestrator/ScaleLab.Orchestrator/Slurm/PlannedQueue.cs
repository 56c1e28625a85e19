using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What a plan would mean to a cluster. Nothing is queued.</summary>
/// <param name="Tasks">That would be sent at once: runs that wait for none, packed.</param>
/// <param name="AtOnce">Tasks at a time on an empty cluster.</param>
/// <param name="ExpectedStart">Of the first task, by the controller's clock; null where Slurm does not say.</param>
/// <param name="Nodes">Where.</param>
/// <param name="Partition">In which.</param>
/// <param name="Starts">When each run would start, by the plan's times from then on.</param>
internal sealed record PlannedQueue(int Tasks, int AtOnce, DateTime? ExpectedStart, string? Nodes, string? Partition, IReadOnlyList<PlannedStart> Starts)
{
    public static PlannedQueue Of(SlurmSetup setup, ExpectedStart? expected)
    {
        var runs = setup.Plan.Runs;
        var finishes = ListSchedule.Finishes(runs, setup.Room);
        return new PlannedQueue(
            setup.Pack([.. runs.Where(r => r.Parent is null).Select(r => (string[])[r.Key])]).Count,
            setup.Room,
            expected?.Start,
            expected?.Nodes,
            expected?.Partition,
            expected is null ? [] : [.. runs.Select(r => new PlannedStart(r.Key, Second(expected.Start + finishes[r.Key] - r.Time)))]);
    }

    private static DateTime Second(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}

/// <param name="Key">Of the run.</param>
/// <param name="Start">By the controller's clock.</param>
internal sealed record PlannedStart(string Key, DateTime Start);
