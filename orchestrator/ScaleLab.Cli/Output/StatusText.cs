using ScaleLab.Contracts.Text;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;

namespace ScaleLab.Cli.Output;

/// <summary>The state of a sweep for people.</summary>
internal static class StatusText
{
    public static void Write(TextWriter output, SweepFolder folder, SweepStatus status)
    {
        output.WriteLine(FormattableString.Invariant($"{status.Sweep}: {status.Done} of {status.Total} runs done, {status.Running.Count} running{(status.DPerSecond is { } rate ? $" at {Quantity.Format(rate)} {status.Unit}/s" : "")}, {status.Waiting} waiting, {status.Failed.Count} failed"));
        output.WriteLine(status.Driver is { } driver
            ? FormattableString.Invariant($"driven by process {driver.Pid} on {driver.Host}; about {ProgressText.Duration(TimeSpan.FromSeconds(status.RemainingSeconds ?? 0))} left")
            : status.Slurm is { Answered: true } ? "nobody drives it, and what is in Slurm's queue goes on; run it again to follow"
            : status.Waiting + status.Running.Count > 0 ? "nobody drives it; run it again to go on" : "nothing is left to do");
        if (status.DeviceHours > 0)
        {
            output.WriteLine(FormattableString.Invariant($"spent     {status.FlopsSpent:0.00e+0} FLOPs, {status.DeviceHours:0.0##} device hours"));
        }

        if (status.Slurm is { } slurm)
        {
            output.WriteLine($"slurm     {SlurmText.Queue(slurm)}");
        }

        foreach (var run in status.Running)
        {
            output.WriteLine(FormattableString.Invariant($"running   {run.Key}  step {run.Step} of {run.EndStep}  loss {ProgressText.Loss(run.Loss)}"));
        }

        FailureTable.Write(output, folder, status.Failed);
    }
}
