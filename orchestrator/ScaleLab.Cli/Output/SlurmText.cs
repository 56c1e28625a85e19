using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Cli.Output;

/// <summary>What a sweep has in the queue of a cluster, in words.</summary>
internal static class SlurmText
{
    public static void Sent(TextWriter error, int runs, IReadOnlyList<string> jobs) => error.WriteLine(jobs.Count == 0
        ? "nothing to send: what is missing is under way, or waits for it"
        : FormattableString.Invariant($"sent {runs} {(runs == 1 ? "run" : "runs")} as {(jobs.Count == 1 ? "job" : "jobs")} {string.Join(", ", jobs)}"));

    public static string Queue(SlurmStatus queue) => !queue.Answered ? "gives no answer; what is told here is what the folder says"
        : FormattableString.Invariant($"{queue.Running} tasks running, {queue.Pending.Values.Sum()} waiting")
            + (queue.Pending.Count > 0 ? $" ({string.Join(", ", queue.Pending.OrderByDescending(p => p.Value).Select(p => p.Key))})" : "");

    public static void Plan(TextWriter output, PlannedQueue queue)
    {
        output.WriteLine(FormattableString.Invariant($"slurm: {queue.Tasks} {(queue.Tasks == 1 ? "task" : "tasks")} at first, {queue.AtOnce} at a time on an empty cluster; by sbatch --test-only ")
            + (queue.ExpectedStart is { } start ? FormattableString.Invariant($"the first would start {start:yyyy-MM-dd HH:mm:ss} on {queue.Nodes} in {queue.Partition}, the last run about {queue.Starts.Max(s => s.Start):yyyy-MM-dd HH:mm:ss} (estimate)") : "the request can be met, at no known time"));
    }

    /// <summary>What goes on without us.</summary>
    public static void Left(TextWriter error, SweepFolder folder, SweepEnd end)
    {
        if (end is SweepEnd.Interrupted or SweepEnd.Terminated or SweepEnd.Detached)
        {
            error.WriteLine($"what is in Slurm's queue goes on: 'scalelab status {folder.Path}' shows it, the same command without --detach follows it, 'scalelab cancel {folder.Path}' ends it");
        }
    }
}
