using System.CommandLine;
using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Reports;
using ScaleLab.Cli.Output;

namespace ScaleLab.Cli.Commands;

internal sealed class FitCommand : Verb
{
    private readonly Argument<string> _csv = new("CSV") { Description = "A results.csv, or any CSV with a loss and two of N, D and C" };
    private readonly Option<string> _law = new("--law") { Description = $"{string.Join(", ", ScalingLaw.All)}[:n|d|c[:none|E]], or {AutoFit.Name}: chinchilla and gamma, weighted by how they extrapolate", HelpName = "NAME", DefaultValueFactory = _ => "chinchilla" };
    private readonly Option<string> _objective = new("--objective") { Description = "Of log loss: huber_log, lad_log (sums), mse_log (mean); of the loss itself: huber, mse, asymmetric_mae (means)", HelpName = "NAME", DefaultValueFactory = _ => "huber_log" };
    private readonly Option<double?> _delta = Numbers.Option("--delta", "Where Huber's function turns straight, in log loss or loss (default 0.001)");
    private readonly Option<double?> _factor = Numbers.Option("--factor", "How much more asymmetric_mae counts a law above the loss (default 10)");
    private readonly Option<int?> _bootstrap = new("--bootstrap") { Description = "Resamples for the intervals; 0 = none (default 1000, fewer beyond 50,000 rows)", HelpName = "COUNT" };
    private readonly Option<string> _resampling = new("--resampling") { Description = $"{string.Join(", ", FitOptions.ResamplingMethods)}; auto takes pairs from 100 clusters on, else wild", HelpName = "NAME", DefaultValueFactory = _ => "auto" };
    private readonly Option<double> _level = new("--level") { Description = "Coverage of the intervals", HelpName = "SHARE", DefaultValueFactory = _ => 0.95 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Of the resampling", HelpName = "NUMBER", DefaultValueFactory = _ => 0 };
    private readonly Option<bool> _excludeFlagged = new("--exclude-flagged") { Description = "Fit without the rows that look wrong" };
    private readonly Option<string> _approach = new("--approach") { Description = "parametric, or all: envelope and isoFLOP parabolas beside it, with N* and D* at --at", DefaultValueFactory = _ => "parametric" };
    private readonly Option<double[]> _at = Numbers.List("--at", "Budgets for --approach all (default: 1, 10 and 100 times the compute of the largest run)");
    private readonly Option<bool> _counting = new("--counting") { Description = "Also the exponent a under every way of counting parameters and FLOPs that the columns allow" };
    private readonly ColumnArguments _columns = new();
    private readonly Option<string?> _out = new("--out") { Description = "Also write the fit as JSON", HelpName = "FILE" };
    private readonly Option<string?> _format = new("--format") { Description = "Print tables for a paper: markdown, or latex (package booktabs)", HelpName = "NAME" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the fit as JSON" };

    public FitCommand(TextWriter output)
        : base("fit", "Fit a scaling law to the losses in a CSV file.")
    {
        Add(_csv);
        foreach (var option in (IEnumerable<Option>)[_law, _objective, _delta, _factor, _bootstrap, _resampling, _level, _seed, .. _columns.Options, _excludeFlagged, _approach.AcceptOnlyFromAmong("parametric", "all"), _at, _counting, _out, _format.AcceptOnlyFromAmong([.. PaperTables.Formats]), _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab fit out/quick/results.csv",
        "scalelab fit runs.csv --n params --d tokens --loss eval_loss --where split=test --json",
        "scalelab fit wandb-export.csv --loss eval/loss --c total_flops --exclude State=running --exclude-flagged",
        "scalelab fit runs.csv --law auto",
        "scalelab fit runs.csv --approach all --format latex",
        "scalelab fit out/lm-isoflop/results.csv --approach all --at 1e18 --at 1e20",
        "scalelab fit out/lm-cpu/results.csv --counting",
        "scalelab fit runs.csv --law one_variable:d:none --objective lad_log",
        "scalelab fit runs.csv --cluster trunk --best-over lr --bootstrap 4000 --out fit.json",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var law = parse.GetRequiredValue(_law);
        var known = law == AutoFit.Name ? null : ScalingLaw.Of(law);
        var table = ObservationFile.Read(parse.GetRequiredValue(_csv), _columns.Read(parse));
        var options = new FitOptions
        {
            Objective = parse.GetRequiredValue(_objective),
            Delta = parse.GetValue(_delta) ?? new FitOptions().Delta,
            Factor = parse.GetValue(_factor) ?? new FitOptions().Factor,
            Bootstrap = parse.GetValue(_bootstrap),
            Resampling = parse.GetRequiredValue(_resampling),
            Level = parse.GetValue(_level),
            Seed = parse.GetValue(_seed),
        };

        // Before anything else: folds, parabolas and counting rules are of the same rows as the fit.
        IReadOnlyList<FlaggedRun> excluded = [];
        if (parse.GetValue(_excludeFlagged))
        {
            (table, excluded) = ParametricFit.WithoutFlagged(table, known ?? ScalingLaw.Of("chinchilla"), options);
        }

        var fit = known is null ? AutoFit.Run(table, options) : ParametricFit.Run(table, known, options);
        if (excluded.Count > 0)
        {
            fit = fit with { Flagged = excluded, FlaggedExcluded = true, WithoutFlagged = null };
        }

        if (parse.GetValue(_approach) == "all")
        {
            fit = fit with { Approaches = ApproachTable.Of(table, fit, parse.GetValue(_at) is { Length: > 0 } budgets ? budgets : ApproachTable.Budgets(table)) };
        }

        if (parse.GetValue(_counting))
        {
            fit = fit with { Counting = CountingRule.Of(table, fit) };
        }

        if (parse.GetValue(_out) is { } path)
        {
            fit.Write(path);
        }

        if (parse.GetValue(_json))
        {
            output.Write(fit.ToJson());
        }
        else if (parse.GetValue(_format) is { } format)
        {
            output.Write(PaperTables.Write(fit, unit: "", format));
        }
        else
        {
            FitText.Write(output, table, fit);
        }

        return ExitCode.Done;
    }
}
