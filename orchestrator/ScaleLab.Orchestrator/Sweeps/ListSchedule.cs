namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>The finish of a plan on k equal slots: list scheduling, the run with the longest chain behind it first (Graham 1969; within 2 − 1/k of the optimum).</summary>
internal static class ListSchedule
{
    /// <param name="runs">Parents before children.</param>
    /// <param name="slots">Runs at a time.</param>
    public static TimeSpan Finish(IReadOnlyList<PlannedRun> runs, int slots) => Finishes(runs, slots).Values.DefaultIfEmpty().Max();

    /// <param name="runs">Parents before children.</param>
    /// <param name="slots">Runs at a time.</param>
    /// <returns>When each run ends, by its key.</returns>
    public static Dictionary<string, TimeSpan> Finishes(IReadOnlyList<PlannedRun> runs, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        var children = runs.Where(r => r.Parent is not null).ToLookup(r => r.Parent!);
        var chains = Chains(runs);
        var ready = new PriorityQueue<PlannedRun, TimeSpan>();
        foreach (var run in runs.Where(r => r.Parent is null))
        {
            ready.Enqueue(run, -chains[run.Key]);
        }

        var finishes = new Dictionary<string, TimeSpan>();
        var running = new PriorityQueue<PlannedRun, TimeSpan>();
        var now = TimeSpan.Zero;
        while (ready.Count + running.Count > 0)
        {
            while (running.Count < slots && ready.TryDequeue(out var run, out _))
            {
                running.Enqueue(run, now + run.Time);
            }

            running.TryDequeue(out var ended, out now);
            finishes[ended!.Key] = now;
            foreach (var child in children[ended.Key])
            {
                ready.Enqueue(child, -chains[child.Key]);
            }
        }

        return finishes;
    }

    /// <summary>For each run, its own time and the longest path of those that wait for it.</summary>
    public static Dictionary<string, TimeSpan> Chains(IReadOnlyList<PlannedRun> runs)
    {
        var chains = new Dictionary<string, TimeSpan>();
        var behind = new Dictionary<string, TimeSpan>();
        foreach (var run in runs.Reverse())
        {
            var chain = run.Time + behind.GetValueOrDefault(run.Key);
            chains[run.Key] = chain;
            if (run.Parent is { } parent && chain > behind.GetValueOrDefault(parent))
            {
                behind[parent] = chain;
            }
        }

        return chains;
    }
}
