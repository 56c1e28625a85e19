using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What a sweep has in Slurm's queue, from any login node: its submissions are written down, and found by their names.</summary>
internal static class SlurmJobs
{
    /// <summary>For checkpoints, before tasks are ended the hard way.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <returns>Submissions with the tasks that wait or run. Those without any are closed.</returns>
    /// <exception cref="InputException">Slurm gives no answer.</exception>
    public static async Task<IReadOnlyList<(Submission Submission, IReadOnlyList<QueuedTask> Tasks)>> LiveAsync(SweepFolder folder, SlurmClient client, TimeProvider time, CancellationToken cancellation)
    {
        var open = Submission.Open(folder);
        if (open.Count == 0)
        {
            return [];
        }

        var queue = await client.QueueAsync(open.Select(s => s.Name), SlurmClient.Patience, cancellation)
            ?? throw new InputException($"Slurm does not answer, and may have tasks of {folder.Path} in its queue; nothing was changed: try again when 'squeue' works");

        // A controller that has just restarted may not know of all its jobs: where a worker beats, its task runs.
        var known = queue.Select(t => (t.Name, t.Index)).ToHashSet();
        var unknown = from submission in open
                      from index in Enumerable.Range(0, submission.Tasks.Count)
                      where !known.Contains((submission.Name, index)) && submission.ExitOf(index) is null && submission.Tasks[index].Any(k => Beats(folder.Run(k), time.GetUtcNow()))
                      select new QueuedTask(submission.Job ?? "", index, submission.Name, "RUNNING", "", null, "");
        var tasks = queue.Where(t => !t.HasEnded).Concat(unknown).ToLookup(t => t.Name);
        foreach (var gone in open.Where(s => !tasks.Contains(s.Name)))
        {
            gone.End();
        }

        return [.. open.Where(s => tasks.Contains(s.Name)).Select(s => (s, (IReadOnlyList<QueuedTask>)[.. tasks[s.Name]]))];
    }

    /// <summary>Another executor must not train what Slurm is training.</summary>
    /// <exception cref="InputException">Tasks of the sweep wait or run.</exception>
    public static async Task RefuseAsync(SweepFolder folder, SlurmClient client, TimeProvider time, CancellationToken cancellation)
    {
        // A folder that was copied away from its cluster belongs to nobody there.
        if (Submission.Open(folder).Count > 0 && IsHere() && await LiveAsync(folder, client, time, cancellation) is { Count: > 0 } live)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{folder.Path} has {live.Sum(l => l.Tasks.Count)} tasks in Slurm's queue: go on with --executor slurm, or end them with 'scalelab cancel {folder.Path}'"));
        }
    }

    /// <summary>Ends all tasks of the sweep: those that run save first, and none queues again.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="InputException">Slurm gives no answer.</exception>
    public static async Task<int> CancelAsync(SweepFolder folder, SlurmClient client, TimeProvider time, CancellationToken cancellation)
    {
        var (begun, asked, count) = (time.GetTimestamp(), new HashSet<string>(), 0);
        while (await LiveAsync(folder, client, time, cancellation) is { Count: > 0 } live)
        {
            foreach (var (submission, _) in live)
            {
                submission.Cancel();
            }

            var tasks = live.SelectMany(l => l.Tasks).ToList();
            count = Math.Max(count, tasks.Count);
            await client.CancelAsync(tasks.Where(t => t.IsPending || time.GetElapsedTime(begun) > Grace).Select(t => t.Id), signal: null, cancellation);
            await client.CancelAsync(tasks.Where(t => t.State == "RUNNING" && asked.Add(t.Id)).Select(t => t.Id), "TERM", cancellation);
            await Task.Delay(Pause, time, cancellation);
        }

        return count;
    }

    public static bool IsHere() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Any(d => File.Exists(Path.Combine(d, "squeue")));

    private static bool Beats(RunFolder run, DateTimeOffset now) =>
        !File.Exists(run.ResultFile)
        && run.AttemptNumbers() is [.., var newest]
        && run.Attempt(newest) is var attempt
        && attempt.ReadFailure() is null
        && File.Exists(attempt.HeartbeatFile)
        && now - File.GetLastWriteTimeUtc(attempt.HeartbeatFile) < Worker.Silence;
}
