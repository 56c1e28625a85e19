using System.CommandLine;
using System.Text.Json;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Commands;

/// <summary>Shows what a sweep would do and cost. Runs nothing, writes nothing but a corpus that was not prepared yet.</summary>
internal sealed class PlanCommand : Verb
{
    private readonly Argument<string> _spec = new("SPEC") { Description = "A sweep file" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the plan as JSON" };
    private readonly Option<int> _slots = new("--slots")
    {
        Description = "Runs at a time, for the estimate of the end",
        HelpName = "COUNT",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    public PlanCommand(TextWriter output, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare)
        : base("plan", "Expand a sweep: every run with its size, data, steps and cost. Nothing is run.")
    {
        Add(_spec);
        Add(_json);
        Add(_slots);
        SetAction((parse, cancellation) => RunAsync(parse, output, prepare, cancellation));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab plan sweeps/quick.yaml",
        "scalelab plan my-sweep.yaml --slots 8 --json",
    ];

    private async Task<int> RunAsync(ParseResult parse, TextWriter output, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        var slots = parse.GetValue(_slots);
        if (slots is < 1 or > 10_000)
        {
            throw new InputException($"--slots {slots}: expected a number from 1 to 10000");
        }

        var sweep = SweepFile.Read(parse.GetRequiredValue(_spec));
        var report = PlanReport.Of(await Planner.PlanAsync(sweep, prepare, cancellation), slots);
        if (parse.GetValue(_json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, PlanJson.Default.PlanReport));
        }
        else
        {
            PlanText.Write(output, report);
        }

        return ExitCode.Done;
    }
}
