using System.CommandLine;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Cli.Output;

namespace ScaleLab.Cli.Commands;

internal sealed class FrontierCommand : Verb
{
    // For a law that does not say what data it rests on.
    private static readonly Interval CustomaryCompute = new(1e18, 1e26);

    private readonly LawArguments _law = new();
    private readonly Option<double?> _from = Numbers.Option("--from", "FLOPs of the first row (default: the decade of the smallest run)");
    private readonly Option<double?> _to = Numbers.Option("--to", "FLOPs of the last row (default: two decades beyond the largest run)");
    private readonly Option<int> _perDecade = new("--per-decade") { Description = "Rows for each factor of ten", HelpName = "COUNT", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _json = new("--json") { Description = "Print the rows as a JSON array" };

    public FrontierCommand(TextWriter output)
        : base("frontier", "The compute-optimal frontier: N, D and loss for a range of compute.")
    {
        Add(_law.Fit);
        foreach (var option in (IEnumerable<Option>)[_law.Law, _law.UniqueTokens, _from, _to, _perDecade, _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab frontier out/quick/fit.json",
        "scalelab frontier --law epoch --from 1e20 --to 1e26 --json",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var allocator = _law.Read(parse);
        var compute = allocator.Compute is { } data ? new Interval(Decade(data.Low), 1000 * Decade(data.High)) : CustomaryCompute;
        var rows = allocator.Between(parse.GetValue(_from) ?? compute.Low, parse.GetValue(_to) ?? compute.High, parse.GetValue(_perDecade));
        if (parse.GetValue(_json))
        {
            output.Write(rows.ToJson());
        }
        else
        {
            AllocationText.Write(output, rows);
        }

        return ExitCode.Done;
    }

    private static double Decade(double flops) => Math.Pow(10, Math.Floor(Math.Log10(flops)));
}
