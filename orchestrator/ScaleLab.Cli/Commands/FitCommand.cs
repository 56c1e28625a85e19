using System.CommandLine;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Cli.Output;

namespace ScaleLab.Cli.Commands;

internal sealed class FitCommand : Verb
{
    private readonly Argument<string> _csv = new("CSV") { Description = "A results.csv, or any CSV with a loss and two of N, D and C" };
    private readonly Option<string> _law = new("--law") { Description = string.Join(" or ", ScalingLaw.All), HelpName = "NAME", DefaultValueFactory = _ => "chinchilla" };
    private readonly Option<string> _objective = new("--objective") { Description = "huber_log (sum), lad_log (sum) or mse_log (mean)", HelpName = "NAME", DefaultValueFactory = _ => "huber_log" };
    private readonly Option<double?> _delta = Numbers.Option("--delta", "Where Huber's loss turns straight, in log loss (default 0.001)");
    private readonly Option<int?> _bootstrap = new("--bootstrap") { Description = "Resamples for the intervals; 0 = none (default 1000, fewer beyond 50,000 rows)", HelpName = "COUNT" };
    private readonly Option<double> _level = new("--level") { Description = "Coverage of the intervals", HelpName = "SHARE", DefaultValueFactory = _ => 0.95 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Of the resampling", HelpName = "NUMBER", DefaultValueFactory = _ => 0 };
    private readonly ColumnArguments _columns = new();
    private readonly Option<string?> _out = new("--out") { Description = "Also write the fit as JSON", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the fit as JSON" };

    public FitCommand(TextWriter output)
        : base("fit", "Fit a scaling law to the losses in a CSV file.")
    {
        Add(_csv);
        foreach (var option in (IEnumerable<Option>)[_law, _objective, _delta, _bootstrap, _level, _seed, .. _columns.Options, _out, _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab fit out/quick/results.csv",
        "scalelab fit runs.csv --n params --d tokens --loss eval_loss --where split=test --json",
        "scalelab fit runs.csv --cluster trunk --best-over lr --bootstrap 4000 --out fit.json",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var law = ScalingLaw.Of(parse.GetRequiredValue(_law));
        var table = ObservationFile.Read(parse.GetRequiredValue(_csv), _columns.Read(parse));
        var fit = ParametricFit.Run(table, law, new FitOptions
        {
            Objective = parse.GetRequiredValue(_objective),
            Delta = parse.GetValue(_delta) ?? new FitOptions().Delta,
            Bootstrap = parse.GetValue(_bootstrap),
            Level = parse.GetValue(_level),
            Seed = parse.GetValue(_seed),
        });
        if (parse.GetValue(_out) is { } path)
        {
            fit.Write(path);
        }

        if (parse.GetValue(_json))
        {
            output.Write(fit.ToJson());
        }
        else
        {
            FitText.Write(output, table, fit);
        }

        return ExitCode.Done;
    }
}
