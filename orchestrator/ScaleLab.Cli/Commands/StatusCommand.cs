using System.CommandLine;
using System.Text.Json;
using ScaleLab.Cli.Output;
using ScaleLab.Orchestrator;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Cli.Commands;

/// <summary>What is done, running, failed and why: from the files alone, so from any shell.</summary>
internal sealed class StatusCommand : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "Folder of a sweep" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the status as JSON" };

    public StatusCommand(TextWriter output)
        : base("status", "Say what is done, running, failed and why")
    {
        Add(_folder);
        Add(_json);
        SetAction(async (parse, cancellation) =>
        {
            var folder = new SweepFolder(parse.GetRequiredValue(_folder));
            var queue = SlurmStatus.ReadAsync(folder, new SlurmClient(), cancellation);
            var status = SweepStatus.Read(folder, OwnerRecord.OfThisProcess(0), TimeProvider.System.GetUtcNow());
            status = status with { Slurm = status.Waiting + status.Running.Count > 0 ? await queue : null };
            if (parse.GetValue(_json))
            {
                output.WriteLine(JsonSerializer.Serialize(status, OrchestratorJson.Default.SweepStatus));
            }
            else
            {
                StatusText.Write(output, folder, status);
            }

            return ExitCode.Done;
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab status out/quick",
        "scalelab status out/quick --json",
    ];
}
