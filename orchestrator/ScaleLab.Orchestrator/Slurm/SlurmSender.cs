using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Hands runs to sbatch: packed into tasks, the tasks split over the arrays that the site allows.</summary>
internal sealed class SlurmSender(SlurmSetup setup, SlurmClient client)
{
    // Larger ones gain nothing, and one call of sbatch has a limit of time.
    private const int LargestArray = 1000;

    // The words of slurm_errno.c for a user who has as many jobs as he may.
    private static readonly string[] Full = ["job submit limit", "MaxSubmitJob", "MaxJobCount", "maximum number of jobs", "array size"];

    // What a controller says that has just come up and has not heard of its nodes yet. The same request passed the preflight.
    private const string NoNodes = "node configuration is not available";

    // With the pauses between looks, some minutes.
    private const int MostWithoutNodes = 10;

    private bool _accepted;
    private int _withoutNodes;

    /// <param name="units">Runs that stay together, parents first.</param>
    /// <param name="recompute">Save memory.</param>
    /// <param name="cancellation">Ends the wait for Slurm.</param>
    /// <returns>What was written down, each with its job's number where Slurm gave an answer. Runs that it has no room for are in none.</returns>
    /// <exception cref="InputException">Slurm refuses, and would again.</exception>
    public async Task<IReadOnlyList<Submission>> SendAsync(IReadOnlyList<IReadOnlyList<string>> units, bool recompute, CancellationToken cancellation)
    {
        var tasks = setup.Pack(units);
        var sent = new List<Submission>();
        var size = Math.Min(LargestArray, setup.Site.MaxArraySize);
        for (var done = 0; done < tasks.Count;)
        {
            var some = tasks.Skip(done).Take(size).ToList();
            var submission = Submission.Create(setup.Folder, setup.Plan.Name, some, (name, path) => setup.Script(name, path, some, recompute));
            var (job, answer) = await client.SubmitAsync(submission.Script, cancellation);
            if (job is not null)
            {
                (_accepted, _withoutNodes) = (true, 0);
                submission.Accepted(job);
            }
            else if (!answer.IsPassing)
            {
                submission.End();
                if (answer.Error.Contains(NoNodes, StringComparison.OrdinalIgnoreCase) && ++_withoutNodes < MostWithoutNodes)
                {
                    return sent;
                }

                if (!Full.Any(f => answer.Error.Contains(f, StringComparison.OrdinalIgnoreCase)))
                {
                    await TakeBackAsync(sent);
                    throw new InputException(SlurmPreflight.Refusal(answer));
                }

                if (size == 1 && !_accepted)
                {
                    throw new InputException($"sbatch: {answer.Reason}: not even one more job is allowed; wait for others to end, or ask for a higher limit");
                }

                if (size == 1)
                {
                    // What is under way makes room.
                    return sent;
                }

                size = Math.Max(1, some.Count / 2);
                continue;
            }

            // No answer is no refusal: the job's name will tell.
            sent.Add(submission);
            done += some.Count;
        }

        return sent;
    }

    // All that was asked for at once, or nothing.
    private Task<bool> TakeBackAsync(List<Submission> sent)
    {
        sent.ForEach(s => s.Cancel());
        return client.CancelAsync(sent.Select(s => s.Job).OfType<string>(), signal: null, CancellationToken.None);
    }
}
