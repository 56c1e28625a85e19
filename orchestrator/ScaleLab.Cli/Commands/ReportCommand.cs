using System.CommandLine;
using ScaleLab.Analysis.Reports;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

internal sealed class ReportCommand : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A finished sweep's folder" };

    public ReportCommand(TextWriter output)
        : base("report", "Write a sweep's report: one HTML file that needs nothing else, and the figures.")
    {
        Add(_folder);
        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples => ["scalelab report out/quick"];

    private int Run(ParseResult parse, TextWriter output)
    {
        var folder = parse.GetRequiredValue(_folder);
        var input = ReportSource.ReadFolder(folder) with
        {
            Command = $"scalelab report {folder}",
            Version = BuildInfo.Version,
        };
        var paths = ReportWriter.Write(input, folder);
        output.WriteLine(paths.Html);
        foreach (var figure in paths.Figures)
        {
            output.WriteLine(figure);
        }

        return ExitCode.Done;
    }
}
