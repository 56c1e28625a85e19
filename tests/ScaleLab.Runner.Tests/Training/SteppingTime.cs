namespace ScaleLab.Runner.Tests.Training;

/// <summary>A clock that moves on by the same amount each time it is read.</summary>
internal sealed class SteppingTime(TimeSpan step) : TimeProvider
{
    private long _read;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Increment(ref _read) * step.Ticks;
}
