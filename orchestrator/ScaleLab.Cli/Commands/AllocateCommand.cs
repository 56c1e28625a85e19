using System.CommandLine;
using System.Globalization;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Commands;

internal sealed class AllocateCommand : Verb
{
    private readonly LawArguments _law = new();
    private readonly Option<double?> _flops = Numbers.Option("--flops", "Training compute");
    private readonly Option<double?> _hours = Numbers.Option("--gpu-hours", "Training compute, as hours of GPUs of --gpu-speed");
    private readonly Option<double?> _speed = Numbers.Option("--gpu-speed", "FLOPs per second of one GPU: measured (flops_per_second of timings.csv), or its peak together with --mfu");
    private readonly Option<double?> _mfu = Numbers.Option("--mfu", "Share of --gpu-speed that the training reaches (default 1)");
    private readonly Option<double?> _params = Numbers.Option("--params", "Parameters: alone, for how much compute are they optimal; with a second number, what follows");
    private readonly Option<double?> _tokens = Numbers.Option("--tokens", "Tokens: likewise");
    private readonly Option<double?> _loss = Numbers.Option("--loss", "The loss to reach");
    private readonly Option<double?> _served = Numbers.Option("--inference-tokens", "With --loss: tokens over the model's life; training and inference are to be cheapest together");
    private readonly Option<double[]> _sizes = Numbers.List("--size", "With compute: the sizes that can be had, the best first");
    private readonly Option<double?> _within = Numbers.Option("--within", "Sizes that lose no more than this share of the loss are shown (default 0.001)");
    private readonly Option<string?> _spec = new("--spec") { Description = "Also write a sweep that trains this N and D, or each --size, as the sweep of FIT was trained", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the allocation as JSON" };

    public AllocateCommand(TextWriter output)
        : base("allocate", "The compute-optimal N and D, and the loss they reach, for one of compute, N, D or loss; or what two of them imply.")
    {
        Add(_law.Fit);
        foreach (var option in (IEnumerable<Option>)[_law.Law, _law.UniqueTokens, _flops, _hours, _speed, _mfu, _params, _tokens, _loss, _served, _sizes, _within, _spec, _json])
        {
            Add(option);
        }

        SetAction(parse => Run(parse, output));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab allocate out/quick/fit.json --flops 1e16",
        "scalelab allocate out/quick/fit.json --flops 1e14 --spec next.yaml",
        "scalelab allocate out/quick/fit.json --flops 1e14 --size 200k --size 400k --size 800k --spec next.yaml",
        "scalelab allocate --law hoffmann --params 70B",
        "scalelab allocate --law epoch --gpu-hours 1M --gpu-speed 989e12 --mfu 0.4 --size 7B --size 13B --size 34B",
        "scalelab allocate --law hoffmann --loss 2.1 --inference-tokens 2T",
        "scalelab allocate --law muennighoff --unique-tokens 10B --flops 1e22",
        "scalelab allocate fit.json --loss 2.1 --json",
    ];

    private int Run(ParseResult parse, TextWriter output)
    {
        var allocator = _law.Read(parse, parse.GetValue(_within));
        var compute = Compute(parse);
        if (parse.GetValue(_sizes) is { Length: > 0 } sizes)
        {
            if (compute is not { } budget || new[] { _params, _tokens, _loss, _served }.Any(o => parse.GetValue(o) is not null))
            {
                throw new InputException("--size goes with compute alone: --flops or --gpu-hours");
            }

            var ordered = allocator.Among(budget, sizes);
            WriteSpec(parse, ordered[0], (from, why, prediction) => NextSweep.Text(from, budget, [.. sizes.Order()], why, prediction));
            Write(output, parse, ordered);
            return ExitCode.Done;
        }

        var allocation = (compute, parse.GetValue(_params), parse.GetValue(_tokens), parse.GetValue(_loss), parse.GetValue(_served)) switch
        {
            ({ } flops, null, null, null, null) => allocator.ForFlops(flops),
            (null, { } n, null, null, null) => allocator.ForParams(n),
            (null, null, { } d, null, null) => allocator.ForTokens(d),
            (null, null, null, { } loss, null) => allocator.ForLoss(loss),
            (null, null, null, { } loss, { } served) => allocator.ForServing(loss, served),
            ({ } flops, var n, var d, null, null) when (n is null) != (d is null) => allocator.ForFlopsWith(flops, n, d),
            (null, var n, var d, { } loss, null) when (n is null) != (d is null) => allocator.ForLossWith(loss, n, d),
            (null, { } n, { } d, null, null) => allocator.ForParamsAndTokens(n, d),
            _ => throw new InputException("give one or two of --flops (or --gpu-hours), --params, --tokens, --loss; not compute and loss together, and --inference-tokens with --loss alone"),
        };
        WriteSpec(parse, allocation, (from, why, prediction) => NextSweep.Text(from, allocation.N, allocation.D, why, prediction));
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

    private void WriteSpec(ParseResult parse, Allocation best, Func<SweepFile, string, Prediction, string> text)
    {
        if (parse.GetValue(_spec) is not { } path)
        {
            return;
        }

        // fit.json lies beside sweep.yaml, the fits of other laws one folder below.
        var fit = parse.GetValue(_law.Fit) ?? throw new InputException("--spec needs the fit.json of a sweep");
        var folder = Path.GetDirectoryName(Path.GetFullPath(fit))!;
        var sweep = new[] { folder, Path.GetDirectoryName(folder) ?? folder }.Select(f => Path.Combine(f, "sweep.yaml")).FirstOrDefault(File.Exists)
            ?? throw new InputException($"{fit}: there is no sweep.yaml beside it; --spec needs the fit of a sweep");
        if (File.Exists(path))
        {
            throw new InputException($"{path} is there already");
        }

        // The interval of the loss at this N and D, which is not that of the best loss for this compute.
        var allocation = _law.Read(parse).ForParamsAndTokens(best.N, best.D);
        var interval = allocation.Intervals.TryGetValue("new_run_loss", out var run) ? $" ({Numbers.Range(run, v => Numbers.Digits(v, 5))})" : "";
        var why = $"From {fit}: {Numbers.Digits(allocation.Flops, 4)} FLOPs{(allocation.Loss is { } loss ? $", loss {Numbers.Digits(loss, 5)}{interval} predicted" : "")}.";
        File.WriteAllText(path, text(SweepFile.Read(sweep), why, Predicted(fit, allocation)));
    }

    private static Prediction Predicted(string file, Allocation allocation)
    {
        var fit = FitFile.Read(file);
        var interval = allocation.Intervals.TryGetValue("new_run_loss", out var run) ? run : (Interval?)null;
        return new()
        {
            Fit = file,
            Law = fit.Law,
            Parameters = string.Join(' ', fit.Surface!.Parameters.Select(p => p.ToString("R", CultureInfo.InvariantCulture))),
            Loss = allocation.Loss!.Value,
            Low = interval?.Low,
            High = interval?.High,
            Level = interval is null ? null : fit.Intervals.Level,
        };
    }

    private double? Compute(ParseResult parse) => (parse.GetValue(_flops), parse.GetValue(_hours), parse.GetValue(_speed), parse.GetValue(_mfu)) switch
    {
        (var flops, null, null, null) => flops,
        (null, { } hours, { } speed, var mfu) when mfu is null or <= 1 => hours * 3600 * speed * (mfu ?? 1),
        (null, _, _, > 1) => throw new InputException("--mfu is a share: at most 1"),
        _ => throw new InputException("compute is either --flops, or --gpu-hours with --gpu-speed and perhaps --mfu"),
    };

    private void Write(TextWriter output, ParseResult parse, IReadOnlyList<Allocation> allocations)
    {
        if (parse.GetValue(_json))
        {
            output.Write(allocations.ToJson());
        }
        else
        {
            AllocationText.Write(output, allocations);
        }
    }
}
