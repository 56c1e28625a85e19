using System.Collections.Concurrent;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>Trains on this machine: one long-lived worker process per slot, since loading libtorch costs more than a short run.</summary>
internal sealed class LocalExecutor : IRunExecutor
{
    private readonly Worker[] _workers;

    // Last in, first out: a worker that runs already is taken before another is started.
    private readonly ConcurrentStack<Worker> _free;

    /// <param name="slots">Workers at once.</param>
    /// <param name="start">Starts worker k = 1 … <paramref name="slots"/>.</param>
    public LocalExecutor(int slots, Func<int, IWorkerConnection> start)
    {
        _workers = [.. Enumerable.Range(1, slots).Select(k => new Worker(() => start(k)))];
        _free = new ConcurrentStack<Worker>(_workers.Reverse());
    }

    public int Slots => _workers.Length;

    public bool IsSimulated => false;

    /// <param name="slots">Workers at once.</param>
    /// <param name="pool">Where they train, each on one device.</param>
    /// <param name="folder">Takes their logs.</param>
    public static LocalExecutor Processes(int slots, DevicePool pool, SweepFolder folder) => new(slots, k =>
    {
        var start = RunnerExecutable.Start("serve");
        WorkerEnvironment.Show(start, pool.OfWorker(k));
        return WorkerProcess.Start(start, folder.WorkerLog(k));
    });

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        if (!_free.TryPop(out var worker))
        {
            throw new InvalidOperationException($"all {Slots} workers are busy");
        }

        try
        {
            return await worker.TrainAsync(folder, report, stop);
        }
        finally
        {
            _free.Push(worker);
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_workers.Select(w => w.DisposeAsync().AsTask()));
}
