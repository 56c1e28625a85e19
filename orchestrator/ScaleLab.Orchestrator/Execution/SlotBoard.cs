namespace ScaleLab.Orchestrator.Execution;

/// <summary>Which slots are free, and which devices are out of use. Not thread-safe.</summary>
/// <param name="devices">The device of each slot.</param>
internal sealed class SlotBoard(IReadOnlyList<string> devices)
{
    // Last in, first out: a worker that runs already is taken before another is started.
    private readonly List<int> _free = [.. Enumerable.Range(0, devices.Count).Reverse()];
    private readonly HashSet<string> _quarantined = [];
    private readonly Dictionary<string, int> _busy = [];

    public int Busy => devices.Count - _free.Count;

    /// <summary>Slots that may be taken now: those of the emptiest device first, and of these the one used last.</summary>
    public IReadOnlyList<int> Free => [.. Enumerable.Reverse(_free).Where(s => IsInUse(devices[s])).OrderBy(s => _busy.GetValueOrDefault(devices[s]))];

    public bool IsInUse(string device) => !_quarantined.Contains(device);

    public void Take(int slot)
    {
        _free.Remove(slot);
        _busy[devices[slot]] = _busy.GetValueOrDefault(devices[slot]) + 1;
    }

    public void Return(int slot)
    {
        _free.Add(slot);
        _busy[devices[slot]]--;
    }

    /// <summary>Whether runs may go elsewhere than to <paramref name="device"/>.</summary>
    public bool HasOther(string device) => devices.Any(d => d != device && !_quarantined.Contains(d));

    /// <returns>False for the last device: runs that fail there too are bounded one by one.</returns>
    public bool Quarantine(string device) => HasOther(device) && _quarantined.Add(device);
}
