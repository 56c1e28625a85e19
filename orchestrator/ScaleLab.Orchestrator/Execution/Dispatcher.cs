using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Matches runs that may start with slots that are free. Not thread-safe.</summary>
/// <param name="queue">Runs that may go anywhere, in their order.</param>
/// <param name="devices">The device of each slot.</param>
/// <param name="packing">Decides how many runs share a device; null where every slot may be used at any time.</param>
internal sealed class Dispatcher(RunQueue queue, IReadOnlyList<string> devices, Packing? packing = null)
{
    private readonly SlotBoard _slots = new(devices);
    private readonly Dictionary<string, string> _avoided = [];
    private readonly HashSet<string> _solitary = [];
    private readonly Queue<PlannedRun> _alone = new();
    private readonly Dictionary<int, int> _riders = [];
    private bool _exclusive;

    public int Busy => _slots.Busy;

    /// <summary>Slots that may be taken now, the best first.</summary>
    public IReadOnlyList<int> Free => _slots.Free;

    public void Add(PlannedRun run) => (_solitary.Contains(run.Key) ? _alone.Enqueue : (Action<PlannedRun>)queue.Add)(run);

    /// <summary>From now on the run shares the machine with no other, and waits until the others are through.</summary>
    public void Isolate(PlannedRun run) => _solitary.Add(run.Key);

    /// <summary>The run goes to another device next time, where there is one that takes it.</summary>
    public void Avoid(PlannedRun run, string device) => _avoided[run.Key] = device;

    /// <returns>False for the last device.</returns>
    public bool Quarantine(string device) => _slots.Quarantine(device);

    /// <summary>The next run for a slot: off the queue, to be started or put back. None while a run has all to itself.</summary>
    public bool TryTake(int slot, out PlannedRun run)
    {
        run = null!;
        packing?.Ask(devices[slot]);
        return !_exclusive
            && (queue.TryTake(r => May(r, devices[slot]), out run)
                || (_slots.Busy == 0 && _alone.TryDequeue(out run!)));
    }

    /// <summary>The next run that <paramref name="fits"/> one which was just taken for the slot.</summary>
    public bool TryTakeBeside(int slot, Func<PlannedRun, bool> fits, out PlannedRun run) => queue.TryTake(r => fits(r) && !Avoids(r, devices[slot]), out run);

    public void Occupy(int slot, PlannedRun run)
    {
        if ((_riders[slot] = _riders.GetValueOrDefault(slot) + 1) == 1)
        {
            _slots.Take(slot);
        }

        packing?.Started(run, devices[slot], slot);
        _exclusive = _solitary.Contains(run.Key);
    }

    public void Return(int slot, PlannedRun run)
    {
        if (--_riders[slot] == 0)
        {
            _slots.Return(slot);
        }

        packing?.Ended(run, devices[slot]);
        _exclusive = false;
    }

    private bool May(PlannedRun run, string device) =>
        !Avoids(run, device) && packing?.May(run, device, _slots.IsInUse) != false;

    // Where no other device takes the run, it goes back to the one it failed on.
    private bool Avoids(PlannedRun run, string device) =>
        _avoided.GetValueOrDefault(run.Key) == device && _slots.HasOther(device, other => packing?.Fits(run, other) != false);
}
