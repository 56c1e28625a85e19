using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>Ends runs as it is told; where it is told nothing, as the simulated executor would.</summary>
/// <param name="script">From the run and the number of its attempt in this session (1, 2, …) to its failure; null for success.</param>
/// <param name="slots">Runs at once.</param>
internal sealed class ScriptedExecutor(Func<RunSpec, int, RunFailure?> script, int slots = 1) : IRunExecutor
{
    private readonly SimulatedExecutor _simulated = new(slots);
    private readonly Dictionary<string, int> _attempts = [];

    public int Slots => slots;

    public bool IsSimulated => true;

    /// <summary>Keys, in the order they were started.</summary>
    public List<string> Started { get; } = [];

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var spec = folder.ReadSpec();
        Started.Add(spec.Key);
        var attempt = _attempts[spec.Key] = _attempts.GetValueOrDefault(spec.Key) + 1;
        if (script(spec, attempt) is { } failure)
        {
            folder.ClaimAttempt().Publish(failure);
            return failure;
        }

        return await _simulated.ExecuteAsync(folder, report, stop);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
