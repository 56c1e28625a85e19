using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>Ends runs as it is told; where it is told nothing, as the simulated executor would.</summary>
/// <param name="script">From the run and the number of its attempt in this session (1, 2, …) to its failure; null for success.</param>
/// <param name="devices">The device of each slot.</param>
internal sealed class ScriptedExecutor(Func<RunSpec, int, RunFailure?> script, params string[] devices) : IRunExecutor
{
    private readonly SimulatedExecutor _simulated = new(Math.Max(1, devices.Length));
    private readonly Dictionary<string, int> _attempts = [];
    private readonly Lock _lock = new();
    private int _running;

    public IReadOnlyList<string> Devices { get; } = devices.Length > 0 ? devices : ["one"];

    /// <summary>Its runs are made up; the rules for real ones can be tested all the same, in a folder of its own.</summary>
    public bool IsSimulated { get; init; } = true;

    /// <summary>Keys, in the order they were started.</summary>
    public IEnumerable<string> Started => Attempts.Select(a => a.Key);

    public List<(string Key, string Device, bool Recompute, int Beside)> Attempts { get; } = [];

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var spec = folder.ReadSpec();
        int attempt;
        lock (_lock)
        {
            attempt = _attempts[spec.Key] = _attempts.GetValueOrDefault(spec.Key) + 1;
            Attempts.Add((spec.Key, Devices[where.Slot], where.Recompute, _running++));
        }

        try
        {
            await Task.Yield();
            if (script(spec, attempt) is { } failure)
            {
                folder.ClaimAttempt().Publish(failure);
                return failure;
            }

            return await _simulated.ExecuteAsync(folder, where, report, stop);
        }
        finally
        {
            lock (_lock)
            {
                _running--;
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
