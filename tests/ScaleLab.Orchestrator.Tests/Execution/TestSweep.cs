using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>A sweep in a folder of its own, gone after the test.</summary>
internal sealed class TestSweep : IDisposable
{
    public const string SixPoints =
        """
        grid:
          n: [15k, 43k]
          d: [0.5M, 1M, 2M]
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("scalelab-").FullName;

    public TestSweep(string spec = SixPoints)
    {
        Plan = Sample.Plan(spec);
        Folder = new SweepFolder(Path.Combine(_root, "out"));
    }

    public Plan Plan { get; set; }

    public SweepFolder Folder { get; }

    public RecordingView View { get; } = new();

    public DiskRoom Room { get; set; } = new(() => long.MaxValue);

    public string Results => File.ReadAllText(Folder.ResultsFile);

    public string Curves => File.ReadAllText(Folder.CurvesFile);

    public Task<SweepSummary> RunAsync(Func<IRunExecutor>? executor = null, TimeProvider? time = null) =>
        new SweepSession(Plan, Folder, time ?? new HastyTime()) { Room = Room }.RunAsync(executor ?? (() => new SimulatedExecutor(2)), _ => View, _ => { });

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

internal sealed class RecordingView : IProgressView
{
    public List<string> Changes { get; } = [];

    public List<ProgressSnapshot> Snapshots { get; } = [];

    public void Show(ProgressSnapshot now, string? change)
    {
        Snapshots.Add(now);
        if (change is not null)
        {
            Changes.Add(change);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
