using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Accounting;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A sweep, expanded: every run with what it needs and costs. Nothing has run.</summary>
/// <param name="Name">The sweep's name.</param>
/// <param name="Text">The spec as it was written.</param>
/// <param name="Corpus">What the runs train on.</param>
/// <param name="Runs">Parents before children.</param>
internal sealed record Plan(string Name, string Text, CorpusInfo Corpus, IReadOnlyList<PlannedRun> Runs)
{
    /// <summary>Names of the laws to fit; the first one is the answer.</summary>
    public required IReadOnlyList<string> Laws { get; init; }

    /// <summary>The grid that was expanded: where the spec asks for a design, the one that was found.</summary>
    public required GridSpec Grid { get; init; }

    /// <summary>What it may cost.</summary>
    public required BudgetSpec Budget { get; init; }

    /// <summary>What its times and sizes were corrected by; null where nothing was known.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>What a law said of the runs; null where none did.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>What the user should know before paying: one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Without the stretches of trunks that nothing waits for any more: a point added between others cuts a stretch in two, of which the second half is trained already.</summary>
    /// <param name="isDone">Whether a run, by its key, has a result.</param>
    public Plan WithoutIdleTrunks(Func<string, bool> isDone)
    {
        var awaited = new HashSet<string>();
        var kept = new Stack<PlannedRun>();
        foreach (var run in Runs.Reverse())
        {
            var done = isDone(run.Key);
            if (run.IsPoint || done || awaited.Contains(run.Key))
            {
                kept.Push(run);
                if (!done && run.Parent is { } parent)
                {
                    awaited.Add(parent);
                }
            }
        }

        return this with { Runs = [.. kept] };
    }

    /// <summary>Model FLOPs of all runs, each trunk once.</summary>
    public double Bill => Runs.Sum(r => r.CSpent);

    /// <summary>Model FLOPs of training every point from step 0.</summary>
    public double BillOfSeparateRuns => Runs.Where(r => r.IsPoint).Sum(r => r.C);
}

/// <summary>A run and its price.</summary>
internal sealed record PlannedRun
{
    public required string Key { get; init; }

    /// <summary>Key of the run that it grows from; null for one that begins.</summary>
    public string? Parent { get; init; }

    /// <summary>What it computes. One that is read from a sweep's folder is read when asked for: whoever counts ten thousand runs need not open them.</summary>
    public RunSpec Spec { get => field ??= Folder!.ReadSpec(); init; }

    /// <summary>Where its spec lies; null for one that was planned just now.</summary>
    public RunFolder? Folder { get; init; }

    /// <summary>Shared by all runs of one trunk; null for a run of its own.</summary>
    public string? Trunk { get; init; }

    /// <summary>The isoFLOP budget this run is a point of.</summary>
    public double? Budget { get; init; }

    /// <summary>The size that the sweep asked for.</summary>
    public required double TargetN { get; init; }

    /// <summary>The D that the sweep asked for; a trunk's own end.</summary>
    public required double TargetD { get; init; }

    /// <summary>Model FLOPs of the whole path from step 0.</summary>
    public required double C { get; init; }

    /// <summary>FLOPs that this run adds to the bill.</summary>
    public required double CSpent { get; init; }

    /// <summary>Share of the corpus seen by the end of the run, and how often.</summary>
    public required Exposure Exposure { get; init; }

    /// <summary>Bytes of memory at the peak, estimated.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes left on disk, estimated.</summary>
    public required long Disk { get; init; }

    /// <summary>Time on one device, estimated.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Ends annealed, and so gives a row of <c>results.csv</c>.</summary>
    public bool IsPoint => Spec.Training.Phase != RunPhase.Trunk;
}
