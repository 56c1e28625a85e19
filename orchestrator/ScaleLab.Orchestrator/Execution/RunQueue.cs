using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What may run next: runs whose parent's result stands, the longest remaining chain first. Not thread-safe.</summary>
internal sealed class RunQueue
{
    private readonly ILookup<string, PlannedRun> _children;
    private readonly Dictionary<string, TimeSpan> _chains = [];
    private readonly Dictionary<string, int> _positions = [];

    // Ties go by the plan's order, so that a sweep runs the same way twice.
    private readonly PriorityQueue<PlannedRun, (TimeSpan Chain, int Position)> _ready = new();

    /// <param name="runs">Parents before children, as a plan lists them.</param>
    public RunQueue(IReadOnlyList<PlannedRun> runs)
    {
        _children = runs.Where(r => r.Spec.Parent is not null).ToLookup(r => r.Spec.Parent!);
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            var run = runs[i];
            _positions.Add(run.Spec.Key, i);
            _chains.Add(run.Spec.Key, run.Time + _children[run.Spec.Key].Select(c => _chains[c.Spec.Key]).DefaultIfEmpty().Max());
        }
    }

    /// <summary>Estimated time from the start of this run to the end of the longest chain of runs that hangs on it.</summary>
    public TimeSpan Chain(PlannedRun run) => _chains[run.Spec.Key];

    /// <summary>The chain of the run that would be taken next.</summary>
    public TimeSpan Longest => _ready.TryPeek(out _, out var priority) ? -priority.Chain : TimeSpan.Zero;

    public IEnumerable<PlannedRun> Children(PlannedRun run) => _children[run.Spec.Key];

    public void Add(PlannedRun run) => _ready.Enqueue(run, (-Chain(run), _positions[run.Spec.Key]));

    public bool TryTake(out PlannedRun run) => _ready.TryDequeue(out run!, out _);
}
