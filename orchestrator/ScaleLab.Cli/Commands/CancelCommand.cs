using System.CommandLine;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;

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
            await output.WriteLineAsync(driver is null
                ? $"nobody drives {folder.Path}"
                : FormattableString.Invariant($"stopped process {driver.Pid} on {driver.Host}; 'scalelab run' goes on from here"));
            return ExitCode.Done;
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab cancel out/quick",
    ];
}
