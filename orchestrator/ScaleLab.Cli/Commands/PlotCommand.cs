using System.CommandLine;
using ScaleLab.Analysis.Reports;

namespace ScaleLab.Cli.Commands;

internal sealed class PlotCommand : Verb
{
    private readonly Argument<string> _path = new("DIR|CSV") { Description = "A finished sweep's folder; or any CSV that `fit` reads, which is fitted first" };
    private readonly ColumnArguments _columns = new();
    private readonly LookArguments _look = new();
    private readonly Option<string?> _out = new("--out") { Description = "Where the figures go (default: DIR/figures, or figures beside the CSV)", HelpName = "DIR" };

    public PlotCommand(TextWriter output, TextWriter error)
        : base("plot", "Draw a sweep's figures as SVG, PNG and PDF.")
    {
        Add(_path);
        foreach (var option in (IEnumerable<Option>)[.. _columns.Options, .. _look.Options, _out])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output, error));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab plot out/quick",
        "scalelab plot out/quick --style paper --size page --format pdf",
        "scalelab plot runs.csv --n params --d tokens --loss eval_loss --out figures",
    ];

    private int Run(ParseResult parse, TextWriter output, TextWriter error)
    {
        var path = parse.GetRequiredValue(_path);
        if (Directory.Exists(path))
        {
            _columns.RefuseIn(parse);
        }

        var input = ReportSource.Read(path, _columns.Read(parse));
        var folder = parse.GetValue(_out) ?? Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "", "figures");
        _look.Write(parse, output, error, folder, ReportWriter.Figures(input));
        return ExitCode.Done;
    }
}
