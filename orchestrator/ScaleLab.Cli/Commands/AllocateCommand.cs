using System.CommandLine;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;

namespace ScaleLab.Cli.Commands;

internal sealed class AllocateCommand : Verb
{
    private readonly LawArguments _law = new();
    private readonly Option<double?> _flops = Numbers.Option("--flops", "Training compute");
    private readonly Option<double?> _params = Numbers.Option("--params", "Parameters: for how much compute are they optimal?");
    private readonly Option<double?> _tokens = Numbers.Option("--tokens", "Tokens: for how much compute are they optimal?");
    private readonly Option<double?> _loss = Numbers.Option("--loss", "The loss to reach");
    private readonly Option<bool> _json = new("--json") { Description = "Print the allocation as JSON" };

    public AllocateCommand(TextWriter output)
        : base("allocate", "The compute-optimal N and D, and the loss they reach, for one of compute, N, D or loss.")
    {
        Add(_law.Fit);
        foreach (var option in (IEnumerable<Option>)[_law.Law, _law.UniqueTokens, _flops, _params, _tokens, _loss, _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab allocate out/quick/fit.json --flops 1e16",
        "scalelab allocate --law hoffmann --params 70B",
        "scalelab allocate --law muennighoff --unique-tokens 10B --flops 1e22",
        "scalelab allocate fit.json --loss 2.1 --json",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var allocator = _law.Read(parse);
        var allocation = (parse.GetValue(_flops), parse.GetValue(_params), parse.GetValue(_tokens), parse.GetValue(_loss)) switch
        {
            ({ } flops, null, null, null) => allocator.ForFlops(flops),
            (null, { } n, null, null) => allocator.ForParams(n),
            (null, null, { } d, null) => allocator.ForTokens(d),
            (null, null, null, { } loss) => allocator.ForLoss(loss),
            _ => throw new InputException("give exactly one of --flops, --params, --tokens, --loss"),
        };
        if (parse.GetValue(_json))
        {
            output.Write(allocation.ToJson());
        }
        else
        {
            AllocationText.Write(output, allocation);
        }

        return ExitCode.Done;
    }
}
