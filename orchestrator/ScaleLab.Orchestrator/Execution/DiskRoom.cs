using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Whether the disk under a sweep has room for another run.</summary>
/// <param name="free">Bytes free for us.</param>
internal sealed class DiskRoom(Func<long> free)
{
    /// <summary>How long the queue waits before it looks again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // While two checkpoints stand, a third is written beside them.
    private const double Margin = 1.5;

    public static DiskRoom Of(string folder) => new(() => new DriveInfo(folder).AvailableFreeSpace);

    public long Free => free();

    public static long Needed(PlannedRun run) => (long)(Margin * run.Disk);

    public bool Holds(PlannedRun run) => Free >= Needed(run);
}
