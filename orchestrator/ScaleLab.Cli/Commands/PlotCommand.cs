using System.CommandLine;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Reports;

namespace ScaleLab.Cli.Commands;

internal sealed class PlotCommand : Verb
{
    private readonly Argument<string> _path = new("DIR|CSV") { Description = "A finished sweep's folder; or any CSV that `fit` reads, which is fitted first" };
    private readonly ColumnArguments _columns = new();
    private readonly Option<string?> _out = new("--out") { Description = "Where the figures go (default: DIR/figures, or figures beside the CSV)", HelpName = "DIR" };

    public PlotCommand(TextWriter output)
        : base("plot", "Draw a sweep's figures as SVG and PNG.")
    {
        Add(_path);
        foreach (var option in (IEnumerable<Option>)[.. _columns.Options, _out])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab plot out/quick",
        "scalelab plot runs.csv --n params --d tokens --loss eval_loss --out figures",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var path = parse.GetRequiredValue(_path);
        var input = ReportSource.Read(path, _columns.Read(parse));
        var folder = parse.GetValue(_out) ?? Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "", "figures");
        foreach (var figure in FigureFiles.Write(folder, ReportWriter.Figures(input)))
        {
            output.WriteLine(Path.Combine(folder, $"{figure.Figure.Name}.svg"));
        }

        return ExitCode.Done;
    }
}
