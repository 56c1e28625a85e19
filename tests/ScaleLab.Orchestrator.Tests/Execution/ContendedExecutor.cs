using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>Devices whose runs hinder each other: k of them together get no more done than min(k, saturation) of them alone would.</summary>
internal sealed class ContendedExecutor(DevicePool pool, Plan plan, double saturation, SimulatedTime clock) : IRunExecutor
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, PlannedRun> _runs = plan.Runs.ToDictionary(r => r.Key);
    private readonly Dictionary<string, List<PlannedRun>> _there = pool.Devices.ToDictionary(d => d.Device, _ => new List<PlannedRun>());
    private readonly SimulatedExecutor _results = new(1, model: new SimulationModel { Estimate = _ => TimeSpan.Zero }, clock: clock);

    public IReadOnlyList<string> Devices { get; } = [.. Enumerable.Range(1, pool.Slots).Select(k => pool.OfWorker(k).Device)];

    public DevicePool? Pool => pool;

    public bool IsSimulated => true;

    /// <summary>Every attempt here is lost.</summary>
    public string? Broken { get; set; }

    /// <summary>The key of a run whose first attempt is lost.</summary>
    public string? Unlucky { get; set; }

    /// <summary>Whether a run, by its key, needs a device to itself.</summary>
    public Func<string, bool> Greedy { get; set; } = _ => false;

    /// <summary>By run key, in the order in which they were first started.</summary>
    public Dictionary<string, string> Where { get; } = [];

    public List<bool> Recomputed { get; } = [];

    /// <summary>Runs on a device whenever one more was started.</summary>
    public Dictionary<string, List<int>> AtOnce { get; } = pool.Devices.ToDictionary(d => d.Device, _ => new List<int>());

    public Dictionary<string, List<double>> Bytes { get; } = pool.Devices.ToDictionary(d => d.Device, _ => new List<double>());

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var (run, device) = (_runs[Path.GetFileName(folder.Path)], Devices[where.Slot]);
        var there = _there[device];
        there.Add(run);
        Where[run.Key] = device;
        Recomputed.Add(where.Recompute);
        AtOnce[device].Add(there.Count);
        Bytes[device].Add(there.Sum(r => (double)r.Memory));
        try
        {
            var training = run.Spec.Training;
            for (var done = 0.0; done < run.Time.TotalSeconds; done += Math.Min(saturation, there.Count) / there.Count * Tick.TotalSeconds)
            {
                await Task.Delay(Tick, clock, CancellationToken.None);
                var lost = device == Broken || (run.Key == Unlucky && folder.AttemptNumbers().Count == 0);
                if (lost || (Greedy(run.Key) && there.Count > 1))
                {
                    var failure = lost
                        ? new RunFailure { Class = FailureClass.Lost, Message = "fell off the bus" }
                        : new RunFailure { Class = FailureClass.DeviceOutOfMemory, Message = "CUDA out of memory" };
                    folder.ClaimAttempt().Publish(failure);
                    return failure;
                }

                var step = training.StartStep + (long)((training.EndStep - training.StartStep) * Math.Min(1, done / run.Time.TotalSeconds));
                await report(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder.Path, Attempt = 1, Step = step, D = new Timeline(training.Batch).SeenBefore(step) });
            }

            return await _results.ExecuteAsync(folder, where, report, stop);
        }
        finally
        {
            there.Remove(run);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
