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

    /// <summary>Whether there is a device in use besides <paramref name="device"/> that <paramref name="takes"/> what is to go there.</summary>
    public bool HasOther(string device, Func<string, bool> takes) => devices.Any(d => d != device && IsInUse(d) && takes(d));

    /// <returns>False for the last device: runs that fail there too are bounded one by one.</returns>
    public bool Quarantine(string device) => HasOther(device, _ => true) && _quarantined.Add(device);
}
