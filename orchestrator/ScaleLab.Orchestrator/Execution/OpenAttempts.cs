using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Attempts that nobody lived to close: their driver was killed with them, or their machine went down.</summary>
internal static class OpenAttempts
{
    /// <summary>Removes the checkpoints of a finished run whose worker was killed before it could.</summary>
    public static void Tidy(RunFolder run, RunResult result, TrainingSpec training)
    {
        try
        {
            run.Tidy(result, training);
        }
        catch (IOException)
        {
            // The worker may still be about it; what stays costs room alone.
        }
    }

    /// <summary>Closes them, so that each attempt says why it ended. Whatever still writes there is not read any more.</summary>
    /// <param name="run">Has no result.</param>
    /// <param name="owner">Who drives now, and who did before.</param>
    /// <param name="log">Takes a line for each.</param>
    public static void Close(RunFolder run, Ownership owner, ILogger log)
    {
        foreach (var attempt in run.AttemptNumbers().Select(run.Attempt))
        {
            if (attempt.ReadFailure() is null && attempt.Publish(owner.NodeWasLost
                ? new RunFailure { Class = FailureClass.NodeLost, Message = $"machine {owner.Former!.Host} went away" }
                : new RunFailure { Class = FailureClass.Interrupted, Message = "its driver was killed" }))
            {
                log.AttemptClosed(Path.GetFileName(run.Path), attempt.Number, attempt.ReadFailure()!.Message);
            }
        }
    }
}
