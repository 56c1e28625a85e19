using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What may run next: runs whose parent's result stands, the longest remaining chain first. Not thread-safe.</summary>
/// <param name="runs">Parents before children, as a plan lists them.</param>
internal sealed class RunQueue(IReadOnlyList<PlannedRun> runs)
{
    private readonly ILookup<string, PlannedRun> _children = runs.Where(r => r.Parent is not null).ToLookup(r => r.Parent!);
    private readonly Dictionary<string, TimeSpan> _chains = ListSchedule.Chains(runs);

    // Ties go by the order of the plan, so that a sweep runs the same way twice.
    private readonly Dictionary<string, int> _positions = runs.Index().ToDictionary(r => r.Item.Key, r => r.Index);
    private readonly PriorityQueue<PlannedRun, (TimeSpan Chain, int Position)> _ready = new();

    /// <summary>The chain of the run that would be taken next.</summary>
    public TimeSpan Longest => _ready.TryPeek(out _, out var priority) ? -priority.Chain : TimeSpan.Zero;

    /// <summary>Estimated time from the start of this run to the end of the longest chain of runs that hangs on it.</summary>
    public TimeSpan Chain(PlannedRun run) => _chains[run.Key];

    public IEnumerable<PlannedRun> Children(PlannedRun run) => _children[run.Key];

    public void Add(PlannedRun run) => _ready.Enqueue(run, (-Chain(run), _positions[run.Key]));

    /// <summary>Takes the first run that <paramref name="may"/> go; those passed over keep their places.</summary>
    public bool TryTake(Func<PlannedRun, bool> may, out PlannedRun run)
    {
        var passed = new List<PlannedRun>();
        while (_ready.TryDequeue(out run!, out _) && !may(run))
        {
            passed.Add(run);
        }

        passed.ForEach(Add);
        return run is not null;
    }
}
