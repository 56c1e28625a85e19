using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Asks the cluster whether it would take the runs, before anything is written or queued.</summary>
internal static class SlurmPreflight
{
    /// <returns>When and where the task with the largest run would start; null where Slurm takes it and says nothing.</returns>
    /// <exception cref="InputException">It would not, in one line with what to do.</exception>
    public static async Task<ExpectedStart?> CheckAsync(SlurmSetup setup, SlurmClient client, CancellationToken cancellation)
    {
        var file = Path.GetTempFileName();
        try
        {
            // What it may ask for, all may.
            var task = setup.Plan.Runs.MaxBy(r => r.Memory)!.Key;
            await File.WriteAllTextAsync(file, setup.Script($"scalelab-{setup.Plan.Name}", "slurm", [[task]]).ToString(), cancellation);
            var (start, answer) = await client.TestAsync(file, cancellation);
            return answer switch
            {
                { Succeeded: true } => start,
                { IsPassing: true } => throw new InputException($"Slurm does not answer ({answer.Reason}); nothing was changed: try again when 'sinfo' works"),
                _ => throw new InputException(Refusal(answer)),
            };
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static string Refusal(ToolAnswer answer)
    {
        var reason = answer.Reason.Replace("allocation failure: ", "", StringComparison.Ordinal).Replace("Batch job submission failed: ", "", StringComparison.Ordinal);
        return $"sbatch refuses the job: {reason}; {Remedy(reason)}";
    }

    private static string Remedy(string reason)
    {
        return true switch
        {
            _ when Says("account") => "'sacctmgr show associations user=$USER' lists your accounts and partitions: choose with --account and --partition",
            _ when Says("qos") => "'sacctmgr show qos' lists them: choose with --sbatch=--qos=NAME",
            _ when Says("time limit") => "choose less with --time; 'scontrol show partition' shows what is allowed",
            _ when Says("partition") => "'sinfo' lists them: choose with --partition",
            _ when Says("gres") || Says("generic resource") => "'sinfo -o \"%P %G\"' shows what there is: choose with --gres",
            _ when Says("node configuration") => "no node has as much as a task asks for: compare --gres and the memory and cores of 'scontrol show node'",
            _ when Says("unrecognized option") || Says("invalid") => "look at 'extra' under 'slurm', and at --sbatch",
            _ => "compare 'slurm' of the spec with 'scontrol show partition'",
        };

        bool Says(string word) => reason.Contains(word, StringComparison.OrdinalIgnoreCase);
    }
}
