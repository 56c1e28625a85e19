using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Where runs are trained. Disposing ends whatever still runs, at once.</summary>
internal interface IRunExecutor : IAsyncDisposable
{
    /// <summary>The device behind each slot: as many names as runs may be under way at the same time.</summary>
    IReadOnlyList<string> Devices { get; }

    /// <summary>What is behind the slots, where more is known than names.</summary>
    DevicePool? Pool => null;

    /// <summary>Runs that are expected to train at the same time, for forecasts.</summary>
    int AtOnce => Pool?.PlannedSlots ?? Devices.Count;

    /// <summary>A run that was handed over may wait in a queue of somebody else's before it trains.</summary>
    bool Queues => false;

    /// <summary>Its results are made up, and must never lie beside trained ones.</summary>
    bool IsSimulated { get; }

    /// <summary>Called once, before any attempt, when the sweep's folder is ours: finds what earlier sessions left under way.</summary>
    Task AttachAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Whether an earlier session left this run under way somewhere: its open attempts are then not for us to close.</summary>
    bool Holds(string key) => false;

    /// <summary>Makes one attempt at the run in <paramref name="folder"/>. Thread-safe, one call per slot at a time, but for the runs of one stack.</summary>
    /// <param name="folder">Holds <c>run.json</c>; the parent's result, if it has one, stands beside it.</param>
    /// <param name="where">A free slot, and how to train there.</param>
    /// <param name="report">Takes progress; awaited, so that a slow listener slows the worker rather than filling memory.</param>
    /// <param name="stop">Asks for a checkpoint and an early end, which is a failure of class <see cref="FailureClass.Interrupted"/>.</param>
    /// <returns>Null where a result now stands in the folder; else why not, as published in the attempt.</returns>
    Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop);
}

/// <summary>Lays an attempt onto a slot.</summary>
/// <param name="Slot">Index into <see cref="IRunExecutor.Devices"/>.</param>
/// <param name="Recompute">Save memory: the same bits, slower.</param>
/// <param name="Release">Give the device's memory back at the end, whatever it takes.</param>
/// <param name="Stack">The runs that it shares its passes with, on the same slot; null for none.</param>
internal readonly record struct Assignment(int Slot, bool Recompute = false, bool Release = false, Stack? Stack = null);
