using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>
/// Fills devices with runs: as many side by side as their memory holds, and as raise what the device gets done. The number of lanes of a device doubles
/// as long as that pays, measured by what its runs report; then it stays. Not thread-safe.
/// </summary>
internal sealed class Packing
{
    /// <summary>Lanes that are tried at most: each is a process with a context of its own.</summary>
    public const int MostLanes = 16;

    // A doubling that gains less is not worth its memory.
    private const double Gain = 1.1;

    // Beyond the process itself as much again: what a worker may keep between runs.
    private const long KeptBytes = 2L << 30;

    // Of steady work at one number of lanes, before anything is concluded.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Device> _devices;
    private readonly HashSet<string> _separate = [];
    private readonly MemoryBook _memory;
    private readonly TimeProvider _time;

    /// <param name="pool">Its devices, with their memory.</param>
    /// <param name="memory">What did not fit before.</param>
    /// <param name="time">Clock of the measurement.</param>
    public Packing(DevicePool pool, MemoryBook memory, TimeProvider time)
    {
        (_memory, _time) = (memory, time);
        _devices = pool.Devices.ToDictionary(d => d.Device, d => new Device(Placement.Usable(new Target { Device = d.Kind, MemoryBytes = d.MemoryBytes }) ?? double.PositiveInfinity, pool.Lanes));
    }

    /// <summary>Lanes of all devices together, as far as they are found.</summary>
    public int Lanes => _devices.Values.Sum(d => d.Lanes);

    /// <summary>Lanes of one device.</summary>
    public int LanesOf(string device) => _devices[device].Lanes;

    /// <summary>Whether the worker should end with the run: one that has held so much would keep it from the others.</summary>
    public static bool Releases(PlannedRun run) => run.Memory > KeptBytes;

    /// <summary>Whether the run has had company on its device: of several that ran out of memory there, the last to be heard of is no longer in it.</summary>
    public bool WasShared(PlannedRun run, string device) => _devices[device].Runs[run.Key].Shared;

    /// <summary>From now on the run has its device to itself: its estimate was too low for company.</summary>
    public void Separate(PlannedRun run) => _separate.Add(run.Key);

    /// <summary>Begins to ask for a slot of the device.</summary>
    public void Ask(string device) => _devices[device].Awaited = null;

    /// <summary>Whether the run may start beside those that are there. The first that needs room waits for it: no shorter one goes before it here.</summary>
    /// <param name="run">The next one, in the order of the queue.</param>
    /// <param name="device">Where a slot is free.</param>
    /// <param name="inUse">The devices that are not in quarantine.</param>
    public bool May(PlannedRun run, string device, Func<string, bool> inUse)
    {
        var there = _devices[device];
        if (there.Busy >= there.Lanes || there.Awaited is not null)
        {
            return false;
        }

        var best = IsBest(run, device, inUse);
        if (best && (there.Runs.Count == 0 || (!_separate.Contains(run.Key) && !_memory.Recomputes(run, device) && Bytes(there) + run.Memory <= there.Usable)))
        {
            return true;
        }

        if (best && !_devices.Values.Any(d => d.Awaited == run.Key))
        {
            there.Awaited = run.Key;
        }

        return false;
    }

    /// <summary>Whether the run may have the device to itself as it is, with its activations kept.</summary>
    public bool Fits(PlannedRun run, string device) => run.Memory <= _devices[device].Usable && !_memory.Recomputes(run, device);

    /// <summary>Whether the device has room for <paramref name="runs"/> of this size at once.</summary>
    public bool Holds(PlannedRun run, int runs, string device) => Bytes(_devices[device]) + ((double)runs * run.Memory) <= _devices[device].Usable;

    public void Started(PlannedRun run, string device, int slot)
    {
        var there = _devices[device];
        there.Runs.Add(run.Key, new Lane(run, slot));
        there.At = null;
        if (there.Runs.Count > 1)
        {
            foreach (var lane in there.Runs.Values)
            {
                lane.Shared = true;
            }
        }
    }

    public void Ended(PlannedRun run, string device)
    {
        _devices[device].Runs.Remove(run.Key);
        _devices[device].At = null;
    }

    /// <summary>Takes the report of a run that was started on <paramref name="device"/>.</summary>
    public void Progressed(PlannedRun run, string device, WorkerEvent report)
    {
        var there = _devices[device];
        if (!there.Runs.TryGetValue(run.Key, out var lane))
        {
            return;
        }

        // Work is counted in seconds of the plan, so that runs of all sizes add up; starting is no work, so all must have begun.
        var work = lane.MoveTo(report.Step);
        var now = _time.GetTimestamp();
        if (there.At is { } since)
        {
            there.Count(work, _time.GetElapsedTime(since, now));
        }

        there.At = there.Runs.Values.All(r => r.Reports > 0) ? now : null;
    }

    // Alone, a run may go where it fits; where it fits nowhere, to the largest, and compute its activations twice.
    private bool IsBest(PlannedRun run, string device, Func<string, bool> inUse) =>
        Fits(run, device) || _devices.Keys.All(d => d == device || !inUse(d) || (!Fits(run, d) && _devices[d].Usable <= _devices[device].Usable));

    private double Bytes(Device there) => there.Runs.Values.Sum(r => _separate.Contains(r.Run.Key) ? there.Usable : (double)r.Run.Memory);

    private sealed class Device(double usable, int most)
    {
        // By number of lanes: work done, and the time that it took.
        private readonly Dictionary<int, (double Work, TimeSpan Time)> _levels = [];
        private bool _found;

        public double Usable { get; } = usable;

        public int Lanes { get; private set; } = 1;

        public Dictionary<string, Lane> Runs { get; } = [];

        /// <summary>The run that the device makes room for.</summary>
        public string? Awaited { get; set; }

        /// <summary>When all of its runs were last known to be at work; null while one of them starts.</summary>
        public long? At { get; set; }

        /// <summary>Lanes in use: runs of a stack share one.</summary>
        public int Busy => Runs.Values.DistinctBy(r => r.Slot).Count();

        public void Count(double work, TimeSpan time)
        {
            if (_found || Busy != Lanes)
            {
                return;
            }

            var (done, spent) = _levels.GetValueOrDefault(Lanes);
            _levels[Lanes] = (done + work, spent + time);
            if (spent + time < Window)
            {
                return;
            }

            var pays = Lanes == 1 || Rate(Lanes) >= Gain * Rate(Lanes / 2);
            (Lanes, _found) = pays ? (Math.Min(2 * Lanes, most), 2 * Lanes > most) : (Lanes / 2, true);
        }

        private double Rate(int lanes) => _levels[lanes].Work / _levels[lanes].Time.TotalSeconds;
    }

    private sealed class Lane(PlannedRun run, int slot)
    {
        private long _step;

        public PlannedRun Run => run;

        public int Slot => slot;

        public bool Shared { get; set; }

        public int Reports { get; private set; }

        /// <returns>Seconds of the plan since the report before; of the first, none.</returns>
        public double MoveTo(long step)
        {
            var training = run.Spec.Training;
            var moved = Reports++ == 0 ? 0 : step - _step;
            _step = step;
            return run.Time.TotalSeconds * moved / (training.EndStep - training.StartStep);
        }
    }
}
