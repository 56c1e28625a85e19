using System.CommandLine;
using System.Globalization;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Quality;
using ScaleLab.Analysis.Reports;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Commands;

internal sealed class CompareCommand : Verb
{
    private readonly Argument<string[]> _folders = new("DIR") { Description = "Folders of finished sweeps, two or more", Arity = new ArgumentArity(2, 64) };
    private readonly Option<string[]> _metric = new("--metric") { Description = $"What is compared: {string.Join(", ", MethodComparison.Columns)} (default: both probes; the loss where all sweeps train one model without probes)", HelpName = "COL" };
    private readonly Option<double[]> _flops = new("--flops")
    {
        Description = "Budgets to compare at (default: three over the compute that all sweeps share)",
        HelpName = "NUMBER",
        CustomParser = result => [.. result.Tokens.Select(t =>
        {
            if (!Quantity.TryParse(t.Value, out var value) || value <= 0)
            {
                result.AddError($"--flops '{t.Value}': expected a number above 0, such as 1e12");
            }

            return value;
        })],
    };

    private readonly Option<string?> _out = new("--out") { Description = "Writes comparison.svg and comparison.png there", HelpName = "DIR" };

    public CompareCommand(TextWriter output)
        : base("compare", "Set sweeps or methods side by side at equal compute.")
    {
        Add(_folders);
        foreach (var option in (IEnumerable<Option>)[_metric, _flops, _out])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab compare out/mae out/moco_v3 out/beit --out figures",
        "scalelab compare out/mae out/dino --metric knn_error --flops 1e12 --flops 4e12",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var sweeps = parse.GetRequiredValue(_folders).Select(ReportSource.ReadRows).ToList();
        var wanted = parse.GetValue(_metric) is { Length: > 0 } named ? named
            : sweeps.All(s => s.Any(r => r.ProbeError is not null)) ? ["probe_error", "knn_error"]
            : ["val_loss"];
        var measures = wanted.Select(m => MethodComparison.Of(sweeps, m, parse.GetValue(_flops))).ToList();
        foreach (var measure in measures)
        {
            output.WriteLine($"{measure.Column}: the best for each budget, with 95 % intervals of the held-out sample; '-': no runs there");
            TextTable.Write(output, ["", .. measure.Budgets.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b:0.00e+0} FLOPs")), "untrained", "runs"], measure.Sweeps.Select(Row));
            output.WriteLine();
        }

        if (parse.GetValue(_out) is { } folder)
        {
            var figure = FigureFiles.Write(folder, [new Comparison(measures)])[0].Figure;
            output.WriteLine(Path.Combine(folder, $"{figure.Name}.svg"));
        }

        return ExitCode.Done;
    }

    private static string[] Row(ComparedSweep sweep) =>
    [
        sweep.Name,
        .. sweep.AtBudgets.Select(b => b.Value is { } value ? $"{Numbers.Digits(value, 3)}{(b.Interval is { } i ? $" [{Numbers.Digits(i.Low, 3)}, {Numbers.Digits(i.High, 3)}]" : "")}" : "-"),
        sweep.Random is { } random ? Numbers.Digits(random, 3) : "-",
        sweep.Points.Count.ToString(CultureInfo.InvariantCulture),
    ];
}
