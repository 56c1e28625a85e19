using System.CommandLine;
using ScaleLab.Analysis.Comparing;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Quality;
using ScaleLab.Analysis.Reports;
using ScaleLab.Cli.Output;

namespace ScaleLab.Cli.Commands;

internal sealed class CompareCommand : Verb
{
    private readonly Argument<string[]> _folders = new("DIR") { Description = "Folders of finished sweeps, two or more; the others are set against the first", Arity = new ArgumentArity(2, 64) };
    private readonly Option<string[]> _metric = new("--metric") { Description = $"What is compared: {string.Join(", ", MethodComparison.Columns)} (default: both probes; the loss where all sweeps train one model without probes)", HelpName = "COL" };
    private readonly Option<double[]> _flops = Numbers.List("--flops", "Budgets to compare at (default: three over the compute that all sweeps share)");
    private readonly Option<double[]> _losses = Numbers.List("--loss", "Values of the metric at which the compute for them is compared (default: those of the first sweep's law at the budgets)");
    private readonly Option<string> _law = new("--law") { Description = $"Fitted to each sweep for the effective compute: {string.Join(", ", ScalingLaw.All)}", HelpName = "NAME", DefaultValueFactory = _ => new PairOptions().Law };
    private readonly Option<string?> _floor = new("--floor") { Description = "shared: one E for both sweeps (default for val_loss: it belongs to the data); own: each fits its own (default for probes)" };
    private readonly Option<int> _bootstrap = new("--bootstrap") { Description = "Resamples for the intervals; 0 = none", HelpName = "COUNT", DefaultValueFactory = _ => new PairOptions().Bootstrap };
    private readonly Option<double> _level = new("--level") { Description = "Coverage of the ratio's intervals", HelpName = "SHARE", DefaultValueFactory = _ => new PairOptions().Level };
    private readonly LookArguments _look = new();
    private readonly Option<string?> _out = new("--out") { Description = "Draws the comparison and the effective compute there", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the comparison as JSON" };

    public CompareCommand(TextWriter output, TextWriter error)
        : base("compare", "Set sweeps or methods side by side at equal compute, and tell how much less compute one needs than the other.")
    {
        Add(_folders);
        foreach (var option in (IEnumerable<Option>)[_metric, _flops, _losses, _law, _floor.AcceptOnlyFromAmong("shared", "own"), _bootstrap, _level, .. _look.Options, _out, _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output, error));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab compare out/mae out/moco_v3 out/beit --out figures",
        "scalelab compare out/mae out/dino --metric knn_error --flops 1e12 --flops 4e12",
        "scalelab compare out/baseline out/new-recipe --loss 1.4 --loss 1.2",
        "scalelab compare out/baseline out/new-recipe --floor own --json",
    ];

    private int Run(ParseResult parse, TextWriter output, TextWriter error)
    {
        var folders = parse.GetRequiredValue(_folders);
        var sweeps = folders.Select(ReportSource.ReadRows).ToList();
        var wanted = parse.GetValue(_metric) is { Length: > 0 } named ? named
            : sweeps.All(s => s.Any(r => r.ProbeError is not null)) ? ["probe_error", "knn_error"]
            : ["val_loss"];
        var measures = wanted.Select(m => MethodComparison.Of(sweeps, m, parse.GetValue(_flops))).ToList();
        var pairs = measures.ConvertAll(m => Pairs(parse, folders, m.Column));
        var answer = new ComparisonAnswer([.. measures.Zip(pairs, (m, pair) => ComparedMeasure.Of(m, pair, parse.GetValue(_losses) ?? []))]);
        if (parse.GetValue(_json))
        {
            output.Write(answer.ToJson());
        }
        else
        {
            ComparisonText.Write(output, answer);
        }

        if (parse.GetValue(_out) is { } folder)
        {
            var equal = measures.Zip(pairs).SelectMany(m => m.Second.Select((pair, i) => EqualLoss.From(pair, m.First, i + 1)));
            _look.Write(parse, parse.GetValue(_json) ? TextWriter.Null : output, error, folder, [new Comparison(measures), .. equal]);
        }

        return ExitCode.Done;
    }

    private List<SweepPair> Pairs(ParseResult parse, string[] folders, string column)
    {
        var tables = folders.Select(f => ObservationFile.Read(Path.Combine(f, "results.csv"), new ColumnOptions { Loss = column })).ToList();
        var options = new PairOptions
        {
            Law = parse.GetRequiredValue(_law),
            SharedFloor = parse.GetValue(_floor) is { } floor ? floor == "shared" : column == "val_loss",
            Bootstrap = parse.GetValue(_bootstrap),
            Level = parse.GetValue(_level),
        };
        return [.. tables.Skip(1).Select(other => SweepPair.Of(tables[0], other, options))];
    }
}
