using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>Trains on this machine: one long-lived worker process per slot, since loading libtorch costs more than a short run.</summary>
internal sealed class LocalExecutor : IRunExecutor
{
    private readonly Worker[] _workers;

    /// <param name="devices">The device of each worker.</param>
    /// <param name="start">Starts worker k = 1, 2, …</param>
    /// <param name="time">Clock by which a silent worker is given up.</param>
    public LocalExecutor(IReadOnlyList<string> devices, Func<int, IWorkerConnection> start, TimeProvider time)
    {
        Devices = devices;
        _workers = [.. Enumerable.Range(1, devices.Count).Select(k => new Worker(() => start(k), time))];
    }

    public IReadOnlyList<string> Devices { get; }

    public bool IsSimulated => false;

    /// <param name="slots">Workers at once.</param>
    /// <param name="pool">Where they train, each on one device.</param>
    /// <param name="folder">Takes their logs.</param>
    /// <param name="time">Clock by which a silent worker is given up.</param>
    public static LocalExecutor Processes(int slots, DevicePool pool, SweepFolder folder, TimeProvider time) => new(
        [.. Enumerable.Range(1, slots).Select(k => pool.OfWorker(k).Device)],
        k =>
        {
            var start = RunnerExecutable.Start("serve");
            WorkerEnvironment.Show(start, pool.OfWorker(k));
            return WorkerProcess.Start(start, folder.WorkerLog(k));
        },
        time);

    public Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop) =>
        _workers[where.Slot].TrainAsync(folder, where.Recompute, report, stop);

    public async ValueTask DisposeAsync() => await Task.WhenAll(_workers.Select(w => w.DisposeAsync().AsTask()));
}
