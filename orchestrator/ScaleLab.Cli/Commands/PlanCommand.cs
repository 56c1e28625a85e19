using System.CommandLine;
using System.Text.Json;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Commands;

/// <summary>Shows what a sweep would do and cost. Runs nothing, writes nothing but a corpus that was not prepared yet.</summary>
internal sealed class PlanCommand : Verb
{
    private readonly Argument<string> _spec = new("SPEC") { Description = "A sweep file" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the plan as JSON" };
    private readonly Option<string> _executor = new("--executor") { Description = "slurm asks the cluster whether and when it would start; nothing is queued", DefaultValueFactory = _ => "local" };
    private readonly Option<string> _out = new("--out") { Description = "slurm: folder of the sweep; out/<name> unless given", HelpName = "DIR" };
    private readonly SlurmArguments _slurm = new();
    private readonly BudgetArguments _budget = new();
    private readonly DeviceArguments _devices;

    /// <param name="output">Takes the answer.</param>
    /// <param name="prepare">Makes the corpus where it is not there yet.</param>
    /// <param name="devices">Lists the devices of this machine.</param>
    public PlanCommand(TextWriter output, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, DeviceQuery devices)
        : base("plan", "Expand a sweep: every run with its size, data, steps and cost. Nothing is run.")
    {
        _devices = new DeviceArguments(devices, "cpu unless given");
        Add(_spec);
        Add(_json);
        Add(_out);
        Add(_executor.AcceptOnlyFromAmong("local", "slurm"));
        _budget.AddTo(this);
        _devices.AddTo(this);
        _slurm.AddTo(this);
        SetAction((parse, cancellation) => RunAsync(parse, output, prepare, cancellation));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab plan sweeps/quick.yaml",
        "scalelab plan my-sweep.yaml --lanes 8 --json",
        "scalelab plan sweeps/lm-gpu.yaml --devices cuda",
        "scalelab plan my-design.yaml --flops 1e15",
        "scalelab plan my-sweep.yaml --executor slurm --partition gpu --gres gpu:1",
    ];

    private async Task<int> RunAsync(ParseResult parse, TextWriter output, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        var sweep = _budget.Apply(parse, SweepFile.Read(parse.GetRequiredValue(_spec)));
        var report = parse.GetValue(_executor) == "slurm" ? await OnSlurmAsync(parse, sweep, prepare, cancellation) : await HereAsync(parse, sweep, prepare, cancellation);
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

    private async Task<PlanReport> HereAsync(ParseResult parse, SweepFile sweep, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        _slurm.RefuseIn(parse);
        var pool = await _devices.PoolAsync(parse, DevicePool.Cpu, cancellation);
        var target = Target.Of(pool);
        target = target with { Calibration = CalibrationFile.Default.For(pool, target.Math) };
        return PlanReport.Of(await Planner.PlanAsync(sweep, prepare, target, cancellation), pool.PlannedSlots);
    }

    private async Task<PlanReport> OnSlurmAsync(ParseResult parse, SweepFile sweep, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        var folder = new SweepFolder(parse.GetValue(_out) ?? Path.Combine("out", sweep.Spec.Name));
        var (setup, start) = await _slurm.PlanAsync(parse, sweep, folder, _devices.Elsewhere(parse), prepare, new SlurmClient(), cancellation);
        return PlanReport.Of(setup.Plan, setup.Room) with { Slurm = PlannedQueue.Of(setup, start) };
    }
}
