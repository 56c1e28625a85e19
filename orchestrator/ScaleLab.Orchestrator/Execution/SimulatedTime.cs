namespace ScaleLab.Orchestrator.Execution;

/// <summary>A clock that stands still until it is told to jump to the next thing that waits for it: hours of a sweep pass in milliseconds. One caller of <see cref="MoveOn"/>.</summary>
internal sealed class SimulatedTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();

    // Ties go by the order of asking, so that a simulation runs the same way twice.
    private readonly PriorityQueue<(Timer Timer, long Version), (long Due, long Order)> _waiting = new();
    private long _order;
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => start + Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Jumps to the next timer and runs its callback here; does nothing where nothing waits.</summary>
    public void MoveOn()
    {
        while (TakeNext() is var (timer, version))
        {
            if (timer.Fire(version))
            {
                return;
            }
        }
    }

    private (Timer Timer, long Version)? TakeNext()
    {
        lock (_lock)
        {
            if (!_waiting.TryDequeue(out var next, out var at))
            {
                return null;
            }

            // One that was stopped meanwhile takes no time.
            if (next.Timer.IsSet(next.Version))
            {
                Interlocked.Exchange(ref _now, Math.Max(_now, at.Due));
            }

            return next;
        }
    }

    private void Wait(Timer timer, long version, TimeSpan due)
    {
        lock (_lock)
        {
            _waiting.Enqueue((timer, version), (_now + due.Ticks, _order++));
        }
    }

    private sealed class Timer(SimulatedTime time, Action callback) : ITimer
    {
        private TimeSpan _period;
        private long _version;

        public bool IsSet(long version) => Interlocked.Read(ref _version) == version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period;
            var version = Interlocked.Increment(ref _version);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time.Wait(this, version, dueTime);
            }

            return true;
        }

        public bool Fire(long version)
        {
            if (!IsSet(version))
            {
                return false;
            }

            if (_period > TimeSpan.Zero)
            {
                time.Wait(this, version, _period);
            }

            callback();
            return true;
        }

        public void Dispose() => Interlocked.Increment(ref _version);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
