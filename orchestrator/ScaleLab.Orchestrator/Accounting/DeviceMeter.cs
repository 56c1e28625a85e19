namespace ScaleLab.Orchestrator.Accounting;

/// <summary>Shares the time of devices out among the runs on them: of every stretch of time, each of the k runs on a device bears one k-th. Thread-safe.</summary>
internal sealed class DeviceMeter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Device> _devices = [];

    /// <returns>To be ended with <see cref="End"/>.</returns>
    public Use Begin(string device)
    {
        lock (_lock)
        {
            var at = _devices.TryGetValue(device, out var there) ? there : _devices[device] = new Device();
            Advance(at);
            at.Runs++;
            return new Use(at, at.PerRun, time.GetTimestamp());
        }
    }

    /// <returns>The time since it began, and its part of the device's.</returns>
    public (TimeSpan Elapsed, TimeSpan Share) End(Use use)
    {
        lock (_lock)
        {
            Advance(use.Device);
            use.Device.Runs--;
            return (time.GetElapsedTime(use.Begun), use.Device.PerRun - use.PerRun);
        }
    }

    private void Advance(Device device)
    {
        var now = time.GetTimestamp();
        if (device.Runs > 0)
        {
            device.PerRun += time.GetElapsedTime(device.At, now) / device.Runs;
        }

        device.At = now;
    }

    /// <summary>A run on a device.</summary>
    internal sealed record Use(Device Device, TimeSpan PerRun, long Begun);

    internal sealed class Device
    {
        public int Runs { get; set; }

        public long At { get; set; }

        /// <summary>What a run that had been here since the beginning would bear.</summary>
        public TimeSpan PerRun { get; set; }
    }
}
