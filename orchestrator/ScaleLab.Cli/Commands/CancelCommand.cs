using System.CommandLine;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Cli.Commands;

/// <summary>Stops a sweep from another shell or host, as Ctrl-C would in its own.</summary>
internal sealed class CancelCommand : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "Folder of a sweep" };

    public CancelCommand(TextWriter output, TextWriter error)
        : base("cancel", "Stop a running sweep; its folder can be continued")
    {
        Add(_folder);
        SetAction(async (parse, cancellation) =>
        {
            var folder = new SweepFolder(parse.GetRequiredValue(_folder));
            PlanFile.Read(folder);
            await error.WriteLineAsync("waiting for the checkpoints");
            var driver = await CancelRequest.SendAsync(folder, OwnerRecord.OfThisProcess(0), TimeProvider.System, cancellation);

            // The driver first, or it would send its runs again.
            var tasks = SlurmJobs.IsHere() ? await SlurmJobs.CancelAsync(folder, new SlurmClient(), TimeProvider.System, cancellation) : 0;
            string[] stopped =
            [
                .. driver is null ? [] : (string[])[FormattableString.Invariant($"process {driver.Pid} on {driver.Host}")],
                .. tasks == 0 ? [] : (string[])[FormattableString.Invariant($"{tasks} {(tasks == 1 ? "task" : "tasks")} of Slurm")],
            ];
            await output.WriteLineAsync(stopped.Length == 0 ? $"nobody drives {folder.Path}" : $"stopped {string.Join(" and ", stopped)}; 'scalelab run' goes on from here");
            return ExitCode.Done;
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab cancel out/quick",
    ];
}
