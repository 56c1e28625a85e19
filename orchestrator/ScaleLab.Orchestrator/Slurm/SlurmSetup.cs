using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>A sweep and the cluster it goes to.</summary>
/// <param name="Plan">The sweep.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Options">What is asked of the scheduler.</param>
/// <param name="Site">The cluster.</param>
/// <param name="Runner">The runner, by a path that holds on every node.</param>
/// <param name="Environment">Of the runner.</param>
internal sealed record SlurmSetup(Plan Plan, SweepFolder Folder, SlurmSpec Options, SlurmSite Site, string Runner, IReadOnlyDictionary<string, string> Environment)
{
    private readonly Dictionary<string, PlannedRun> _runs = Plan.Runs.ToDictionary(r => r.Key);

    /// <summary>Tasks that may run at a time on an empty cluster.</summary>
    public int Room { get; } = Site.Room(Options);

    /// <param name="units">Runs that stay together, in the order in which they are trained.</param>
    public IReadOnlyList<IReadOnlyList<string>> Pack(IReadOnlyList<IReadOnlyList<string>> units)
    {
        var length = TimeSpan.FromMinutes(Options.PackMinutes);

        // A task that is as long as its limit would queue twice.
        return TaskPacking.Pack(units, k => _runs[k].Time, Options.Limit is { } limit && limit / 2 < length ? limit / 2 : length, Room);
    }

    public SbatchScript Script(string name, string submission, IReadOnlyList<IReadOnlyList<string>> tasks, bool recompute = false) => new()
    {
        Name = name,
        Folder = Folder.Path,
        Submission = submission,
        Tasks = tasks.Count,
        Options = Options,
        Runner = Runner,
        Environment = Environment,
        Recompute = recompute,

        // On a GPU the estimate is of its own memory; and who says more about memory knows more.
        MemoryBytes = Plan.Runs[0].Spec.Execution.Device != DevicePool.Cpu || Options.Extra.Any(e => e.StartsWith("--mem", StringComparison.Ordinal))
            ? null
            : tasks.SelectMany(t => t).Max(k => _runs[k].Memory),
    };

    /// <summary>Runs without a result, each with those that grow from it: a task that trains them in this order needs nobody to wait for its end.</summary>
    /// <param name="runs">All that are to be trained, parents first.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Trees(IEnumerable<PlannedRun> runs)
    {
        var trees = new Dictionary<string, List<string>>();
        var order = new List<List<string>>();
        foreach (var key in runs)
        {
            if (key.Parent is null || !trees.TryGetValue(key.Parent, out var tree))
            {
                order.Add(tree = []);
            }

            tree.Add(key.Key);
            trees[key.Key] = tree;
        }

        return order;
    }
}
