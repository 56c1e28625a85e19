using System.CommandLine;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Cli.Commands;

/// <summary>Rebuilds the tables of a sweep. Harmless while it runs.</summary>
internal sealed class CollectCommand : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "Folder of a sweep" };

    public CollectCommand(TextWriter output)
        : base("collect", "Rebuild results.csv, curves.csv and timings.csv from the run folders")
    {
        Add(_folder);
        SetAction(parse =>
        {
            var folder = new SweepFolder(parse.GetRequiredValue(_folder));
            Collector.Collect(folder, PlanFile.Read(folder));
            foreach (var file in (ReadOnlySpan<string>)[folder.ResultsFile, folder.CurvesFile, folder.TimingsFile])
            {
                output.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, file));
            }

            return ExitCode.Done;
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab collect out/quick",
    ];
}
