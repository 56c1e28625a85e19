using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>Trains on this machine: one long-lived worker process per slot, since loading libtorch costs more than a short run.</summary>
internal sealed class LocalExecutor : IRunExecutor
{
    private readonly Worker[] _workers;
    private readonly DeviceMeter _meter;
    private readonly Action<UsageRow>? _used;
    private readonly Lazy<MpsDaemon?>? _mps;

    /// <param name="devices">The device of each worker.</param>
    /// <param name="start">Starts worker k = 1, 2, …</param>
    /// <param name="time">Clock by which a silent worker is given up.</param>
    /// <param name="used">Told of every attempt what it took.</param>
    /// <param name="mps">Ends with the executor; null for none.</param>
    public LocalExecutor(IReadOnlyList<string> devices, Func<int, IWorkerConnection> start, TimeProvider time, Action<UsageRow>? used = null, Lazy<MpsDaemon?>? mps = null)
    {
        (Devices, _meter, _used, _mps) = (devices, new DeviceMeter(time), used, mps);
        _workers = [.. Enumerable.Range(1, devices.Count).Select(k => new Worker(() => start(k), time))];
    }

    public IReadOnlyList<string> Devices { get; }

    public DevicePool? Pool { get; private init; }

    public bool IsSimulated => false;

    /// <param name="slots">Workers at once.</param>
    /// <param name="pool">Where they train, each on one device.</param>
    /// <param name="folder">Takes their logs.</param>
    /// <param name="time">Clock by which a silent worker is given up.</param>
    public static LocalExecutor Processes(int slots, DevicePool pool, SweepFolder folder, TimeProvider time)
    {
        // With the first worker: a session that is turned away, or finds nothing to do, starts none.
        var mps = new Lazy<MpsDaemon?>(() => pool is { Kind: DevicePool.Cuda, Lanes: > 1 } ? MpsDaemon.TryStart() : null);
        return new LocalExecutor([.. Enumerable.Range(1, slots).Select(k => pool.OfWorker(k).Device)], Start, time, row => UsageFile.Append(folder, row), mps) { Pool = pool };

        IWorkerConnection Start(int k)
        {
            var start = RunnerExecutable.Start("serve");
            WorkerEnvironment.Show(start, pool.OfWorker(k));
            mps.Value?.Serve(start);
            return WorkerProcess.Start(start, folder.WorkerLog(k));
        }
    }

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var device = Devices[where.Slot];
        var use = _meter.Begin(device);
        try
        {
            var worker = _workers[where.Slot];
            return where.Stack is { } stack
                ? await stack.TrainAsync(new Ride(folder, report), rides => worker.TrainAsync(rides, where, stop))
                : await worker.TrainAsync(folder, where, report, stop);
        }
        finally
        {
            var (elapsed, share) = _meter.End(use);
            _used?.Invoke(new UsageRow { RunKey = Path.GetFileName(folder.Path), Device = device, Seconds = Math.Round(elapsed.TotalSeconds, 3), DeviceSeconds = Math.Round(share.TotalSeconds, 3) });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_workers.Select(w => w.DisposeAsync().AsTask()));
        if (_mps is { IsValueCreated: true })
        {
            _mps.Value?.Dispose();
        }
    }
}
