using System.CommandLine;
using ScaleLab.Analysis.Reports;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

internal sealed class ReportCommand : Verb
{
    private readonly Argument<string> _folder = new("DIR") { Description = "A finished sweep's folder" };

    public ReportCommand(TextWriter output)
        : base("report", "Write a sweep's report: one HTML file that needs nothing else, its figures, and its tables as Markdown and LaTeX.")
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
        foreach (var file in paths.Figures.Concat(paths.Tables))
        {
            output.WriteLine(file);
        }

        return ExitCode.Done;
    }
}
