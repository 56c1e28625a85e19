using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What a sweep has in Slurm's queue, as <c>status</c> tells it.</summary>
/// <param name="Answered">False where Slurm gave no answer in time; the folder tells the rest all the same.</param>
/// <param name="Running">Tasks.</param>
/// <param name="Pending">Tasks that wait, by Slurm's reason.</param>
internal sealed record SlurmStatus(bool Answered, int Running, IReadOnlyDictionary<string, int> Pending)
{
    // Whoever asks for a status wants it now.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    /// <returns>Null where the sweep has sent nothing that may still be there.</returns>
    public static async Task<SlurmStatus?> ReadAsync(SweepFolder folder, SlurmClient client, CancellationToken cancellation)
    {
        var open = Submission.Open(folder);
        if (open.Count == 0 || !SlurmJobs.IsHere())
        {
            return null;
        }

        var tasks = (await client.QueueAsync(open.Select(s => s.Name), Limit, cancellation))?.Where(t => !t.HasEnded).ToList();
        return tasks is { Count: 0 } ? null : new SlurmStatus(
            tasks is not null,
            tasks?.Count(t => !t.IsPending) ?? 0,
            tasks?.Where(t => t.IsPending).CountBy(t => t.Reason).ToDictionary() ?? []);
    }
}
