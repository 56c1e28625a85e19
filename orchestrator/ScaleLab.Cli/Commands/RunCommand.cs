using System.CommandLine;
using ScaleLab.Cli.Output;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Workers;
using Spectre.Console;

namespace ScaleLab.Cli.Commands;

/// <summary>Trains what a sweep still misses, collects, and hands the folder to the analysis. Again = resume.</summary>
internal sealed class RunCommand : Verb
{
    private readonly Argument<string> _spec = new("SPEC") { Description = "A sweep file" };
    private readonly Option<string> _out = new("--out") { Description = "Folder of the sweep; out/<name> unless given", HelpName = "DIR" };
    private readonly Option<string> _executor = new("--executor")
    {
        Description = "local trains on this machine; slurm on a cluster; simulated trains nothing and makes up losses, to try a design",
        DefaultValueFactory = _ => "local",
    };

    private readonly Option<double> _failures = new("--failures") { Description = "simulated: the share of attempts that are lost on the way", HelpName = "SHARE" };
    private readonly Option<bool> _detach = new("--detach") { Description = "slurm: send what is missing and leave; status, run and cancel attach again" };
    private readonly SlurmArguments _slurm = new();
    private readonly BudgetArguments _budget = new();
    private readonly DeviceArguments _devices;

    /// <param name="output">Takes the answer.</param>
    /// <param name="error">Takes progress.</param>
    /// <param name="prepare">Makes the corpus where it is not there yet.</param>
    /// <param name="devices">Lists the devices of this machine.</param>
    public RunCommand(TextWriter output, TextWriter error, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, DeviceQuery devices)
        : base("run", "Train what a sweep still misses, then fit, draw and report. Run it again to resume.")
    {
        _devices = new DeviceArguments(devices, "unless given, cpu for a new folder and the device of its unfinished runs for an old one");
        Add(_spec);
        Add(_out);
        Add(_executor.AcceptOnlyFromAmong("local", "slurm", "simulated"));
        Add(_failures);
        _budget.AddTo(this);
        _devices.AddTo(this);
        _devices.AddStackTo(this);
        _slurm.AddTo(this);
        Add(_detach);
        SetAction((parse, cancellation) =>
        {
            var executor = parse.GetValue(_executor);
            if (executor == "slurm")
            {
                return RunOnSlurmAsync(parse, output, error, prepare, cancellation);
            }

            _slurm.RefuseIn(parse);
            return parse.GetValue(_detach)
                ? throw new InputException("--detach belongs to --executor slurm: here nobody would be left to train")
                : RunHereAsync(parse, executor == "simulated", output, error, prepare, cancellation);
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "scalelab run sweeps/quick.yaml",
        "scalelab run my-sweep.yaml --out results/first --lanes 4",
        "scalelab run sweeps/lm-gpu.yaml --devices cuda:0,cuda:1",
        "scalelab run my-sweep.yaml --executor simulated",
        "scalelab run my-sweep.yaml --executor slurm --partition gpu --gres gpu:1 --time 4:00:00",
    ];

    // Simulated runs hold no weights. A folder keeps the estimates that its plan was accepted with, whatever is learnt meanwhile: a grid that was designed to
    // a budget of hours stays what it is, and the same command is never refused for what it would cost now.
    internal static Target For(SweepFolder folder, DevicePool pool, MachineRecord machine, bool simulated)
    {
        var target = Target.Of(pool);
        var lane = CalibrationFile.Lane(pool, target.Math);
        return simulated ? target with { HostBytes = null } : target with
        {
            Calibration = File.Exists(folder.MachineFile) && (machine.CalibratedFor ?? lane) == lane ? machine.Calibration : CalibrationFile.Default.For(pool, target.Math),
            RecomputeFrom = new MemoryBook(folder).RecomputeFrom(pool.Devices.Select(d => d.Device)),
        };
    }

    private async Task<int> RunHereAsync(ParseResult parse, bool simulated, TextWriter output, TextWriter error, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        var sweep = _budget.Apply(parse, SweepFile.Read(parse.GetRequiredValue(_spec)));
        var name = sweep.Spec.Name;
        var folder = new SweepFolder(parse.GetValue(_out) ?? Path.Combine("out", simulated ? $"{name}-simulated" : name));
        await SlurmJobs.RefuseAsync(folder, new SlurmClient(), TimeProvider.System, cancellation);
        var pool = await _devices.PoolAsync(parse, folder.PlannedDevice() ?? DevicePool.Cpu, cancellation) with { Stack = _devices.Stack(parse) };

        var machine = MachineRecord.Read(folder);
        var target = For(folder, pool, machine, simulated);

        // A runner looks for the corpus meanwhile, and all else waits.
        var measuring = simulated ? Task.CompletedTask : machine.MeasureAsync(pool.Devices[0], target.Math, MachineRecord.Probe(pool.Devices[0], target.Math, cancellation));
        var plan = await Planner.PlanAsync(sweep, prepare, target, cancellation);
        await measuring;
        var slots = Math.Max(1, Math.Min(simulated ? pool.PlannedSlots : pool.Slots, plan.Runs.Count));
        var clock = simulated ? new SimulatedTime(TimeProvider.System.GetUtcNow()) : null;
        var model = Model(plan, simulated, parse.GetValue(_failures));
        var summary = await new SweepSession(plan, folder, TimeProvider.System) { Simulated = clock, Machine = simulated ? null : machine with { Calibration = target.Calibration, CalibratedFor = CalibrationFile.Lane(pool, target.Math) } }.RunAsync(
            () => simulated ? new SimulatedExecutor(slots, model: model, clock: clock) : LocalExecutor.Processes(slots, pool, folder, TimeProvider.System),
            remaining => View(error, remaining),
            _ => Analyse(output, plan, folder),
            cancellation);
        if (clock is { Elapsed: var elapsed } && elapsed > TimeSpan.Zero)
        {
            error.WriteLine($"simulated: {ProgressText.Duration(elapsed)} on {slots} {(slots == 1 ? "slot" : "slots")}");
        }

        if (!simulated && summary.Trained > 0)
        {
            CalibrationFile.Default.Learn(folder, plan, pool);
        }

        return RunText.Write(output, error, folder, summary);
    }

    private async Task<int> RunOnSlurmAsync(ParseResult parse, TextWriter output, TextWriter error, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, CancellationToken cancellation)
    {
        var sweep = _budget.Apply(parse, SweepFile.Read(parse.GetRequiredValue(_spec)));
        var folder = new SweepFolder(parse.GetValue(_out) ?? Path.Combine("out", sweep.Spec.Name));
        var client = new SlurmClient();
        var (setup, _) = await _slurm.PlanAsync(parse, sweep, folder, _devices.Elsewhere(parse), prepare, client, cancellation);
        var executor = new SlurmExecutor(setup, client, TimeProvider.System, error.WriteLine);
        var session = new SweepSession(setup.Plan, folder, TimeProvider.System)
        {
            Send = parse.GetValue(_detach) ? async (runs, stop) => SlurmText.Sent(error, runs.Count, await executor.SendAsync(SlurmSetup.Trees(runs), stop)) : null,
        };
        var summary = await session.RunAsync(() => executor, remaining => View(error, remaining), _ => Analyse(output, setup.Plan, folder), cancellation);
        var exit = RunText.Write(output, error, folder, summary);
        SlurmText.Left(error, folder, summary.End);
        return exit;
    }

    private static SimulationModel Model(Plan plan, bool simulated, double failures)
    {
        if (failures is not (>= 0 and < 1) || (failures > 0 && !simulated))
        {
            throw new InputException(simulated ? $"--failures {failures}: expected a share from 0 to less than 1" : "--failures belongs to --executor simulated");
        }

        var times = plan.Runs.ToDictionary(r => r.Key, r => r.Time);
        return new SimulationModel { FailureShare = failures, Estimate = key => times[key] };
    }

    private static IProgressView View(TextWriter error, string opening)
    {
        error.WriteLine(opening);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal
            ? new LiveProgress(console, TimeProvider.System)
            : new PlainProgress(error, TimeProvider.System);
    }

    // A report goes when the results change, so one that is there says all there is to say.
    private static void Analyse(TextWriter output, Plan plan, SweepFolder folder)
    {
        if (!File.Exists(folder.ReportFile))
        {
            SweepAnswer.Write(output, plan, folder.Path);
        }
    }
}
