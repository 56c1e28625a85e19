using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Counts the failures of a session by run, device and configuration, and decides what follows on each. Not thread-safe.</summary>
internal sealed class FailureBook
{
    private readonly Dictionary<(string Run, FailureClass Class), int> _runs = [];
    private readonly Dictionary<string, (FailureClass Class, HashSet<object> Witnesses)> _devices = [];
    private readonly Dictionary<(string Configuration, FailureClass Class), int> _configurations = [];
    private readonly Dictionary<string, string> _barred = [];

    /// <summary>Decides about a run whose attempt on <paramref name="device"/> has failed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="device">Where it was tried.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="witness">Who speaks against the device: the run, or the stack that failed with it; null where the failure says nothing of the device.</param>
    public Verdict Decide(PlannedRun run, string device, FailureClass failure, object? witness)
    {
        var policy = FailurePolicy.Of(failure);
        var key = (run.Key, failure);
        var count = _runs[key] = _runs.GetValueOrDefault(key) + 1;
        var again = count <= policy.Retries;
        return new Verdict
        {
            Again = again,
            Retry = policy.Retry,
            Count = count,
            Pause = again ? policy.Pause(count) : TimeSpan.Zero,
            DeviceIsSuspect = policy.BlamesDevice && witness is not null && IsSuspect(device, witness, failure),
        };
    }

    public void Succeeded(string device) => _devices.Remove(device);

    /// <summary>Counts a run that is given up against its configuration.</summary>
    public void GivenUp(PlannedRun run, RunFailure failure)
    {
        var configuration = Configuration(run);
        var key = (configuration, failure.Class);
        if ((_configurations[key] = _configurations.GetValueOrDefault(key) + 1) == FailurePolicy.Quarantine)
        {
            _barred[configuration] = $"not tried: {FailurePolicy.Quarantine} runs that differ from it in nothing but the seed have failed: {failure.Message}";
        }
    }

    /// <returns>Why the run is not worth an attempt; null where it is.</returns>
    public string? Bars(PlannedRun run) => _barred.Count > 0 ? _barred.GetValueOrDefault(Configuration(run)) : null;

    // A run that fails twice on a device is the run's doing as likely as the device's; different runs are not.
    private bool IsSuspect(string device, object witness, FailureClass failure)
    {
        if (!_devices.TryGetValue(device, out var streak) || streak.Class != failure)
        {
            _devices[device] = streak = (failure, []);
        }

        streak.Witnesses.Add(witness);
        return streak.Witnesses.Count >= FailurePolicy.Quarantine;
    }

    private static string Configuration(PlannedRun run) => RunKey.Of(run.Spec.Training with { Seed = 0 });
}

/// <summary>What follows on a failed attempt.</summary>
internal readonly record struct Verdict
{
    public required bool Again { get; init; }

    public required Retry Retry { get; init; }

    /// <summary>Failures of this class so far, this one included.</summary>
    public required int Count { get; init; }

    public required TimeSpan Pause { get; init; }

    public required bool DeviceIsSuspect { get; init; }
}
