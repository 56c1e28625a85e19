using System.CommandLine;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Cli.Commands;

/// <summary>The options of <c>--executor slurm</c>: they come before <c>slurm</c> in the spec.</summary>
internal sealed class SlurmArguments
{
    private readonly Option<string?> _partition = new("--partition") { Description = "slurm: the partition", HelpName = "NAME" };
    private readonly Option<string?> _account = new("--account") { Description = "slurm: who pays", HelpName = "NAME" };
    private readonly Option<string?> _time = new("--time") { Description = "slurm: time limit of a task, as sbatch reads it; a task that reaches it saves and queues again", HelpName = "TIME" };
    private readonly Option<string?> _gres = new("--gres") { Description = "slurm: devices of a task, gpu:1 or shard:n", HelpName = "LIST" };
    private readonly Option<int?> _parallelism = new("--array-parallelism") { Description = "slurm: tasks at a time", HelpName = "COUNT" };
    private readonly Option<int?> _pack = new("--pack-minutes") { Description = "slurm: runs are packed into tasks of about this length", HelpName = "MINUTES" };
    private readonly Option<string[]> _extra = new("--sbatch") { Description = "slurm: a further option of sbatch, such as --sbatch=--qos=high; may be repeated", HelpName = "OPTION" };

    private IReadOnlyList<Option> All => [_partition, _account, _time, _gres, _parallelism, _pack, _extra];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <exception cref="InputException">An option belongs to another executor.</exception>
    public void RefuseIn(ParseResult parse)
    {
        if (All.FirstOrDefault(o => parse.GetResult(o) is not null) is { } given)
        {
            throw new InputException($"{given.Name} belongs to --executor slurm");
        }
    }

    /// <param name="parse">The command line.</param>
    /// <param name="written">What the spec says.</param>
    /// <exception cref="InputException">A value is none.</exception>
    public SlurmSpec Apply(ParseResult parse, SlurmSpec written)
    {
        var extra = parse.GetValue(_extra) ?? [];
        var spec = written with
        {
            Partition = parse.GetValue(_partition) ?? written.Partition,
            Account = parse.GetValue(_account) ?? written.Account,
            Time = parse.GetValue(_time) ?? written.Time,
            Gres = parse.GetValue(_gres) ?? written.Gres,
            ArrayParallelism = parse.GetValue(_parallelism) ?? written.ArrayParallelism,
            PackMinutes = parse.GetValue(_pack) ?? written.PackMinutes,
            Extra = extra.Length > 0 ? extra : written.Extra,
        };
        return spec.Problem() is var (key, problem) ? throw new InputException($"{Name(key)} {problem}") : spec;
    }

    /// <summary>Plans a sweep for the cluster, and asks the cluster whether it would take it. Nothing is queued.</summary>
    /// <exception cref="InputException">It would not.</exception>
    public async Task<(SlurmSetup Setup, ExpectedStart? Start)> PlanAsync(
        ParseResult parse,
        SweepFile sweep,
        SweepFolder folder,
        string? device,
        Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare,
        SlurmClient client,
        CancellationToken cancellation)
    {
        var options = Apply(parse, sweep.Spec.Slurm);

        // Before a corpus is prepared: what the cluster refuses needs none.
        var site = await client.SiteAsync(cancellation);
        site.Check(options);
        var plan = await Planner.PlanAsync(sweep, prepare, Target.Elsewhere(Device(device ?? folder.PlannedDevice(), options), site.Room(options)), cancellation);
        var setup = new SlurmSetup(plan, folder, options, site, RunnerExecutable.Path, SbatchScript.EnvironmentHere(site.Devices(options)));
        return (setup, await SlurmPreflight.CheckAsync(setup, client, cancellation));
    }

    // What runs are planned for.
    private static string Device(string? wanted, SlurmSpec spec) => wanted switch
    {
        null => spec.Gres is null ? DevicePool.Cpu : DevicePool.Cuda,
        DevicePool.Cpu or DevicePool.Cuda => wanted,
        _ => throw new InputException($"--devices {wanted}: with --executor slurm it is cpu or cuda; Slurm chooses the device, and --gres says how many"),
    };

    private static string Name(string key) => key == "extra" ? "--sbatch" : "--" + key.Replace('_', '-');
}
