using ScaleLab.Contracts.Runs;

namespace ScaleLab.Runner.Serving;

/// <summary>Shows that the process lives, from a thread of its own: a step, an evaluation or a first kernel may take minutes.</summary>
internal sealed class Heartbeat : IDisposable
{
    internal static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly AttemptFolder _attempt;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    /// <param name="attempt">Its heartbeat file is touched, for those who only see the folder.</param>
    /// <param name="time">Clock of the beat.</param>
    /// <param name="send">Tells the orchestrator.</param>
    public Heartbeat(AttemptFolder attempt, TimeProvider time, Action send)
    {
        File.WriteAllText(attempt.HeartbeatFile, "");
        (_attempt, _time) = (attempt, time);
        _timer = time.CreateTimer(_ => Beat(send), null, Every, Every);
    }

    /// <summary>The last beat tells how long it lived.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        Beat();
    }

    private void Beat(Action? send = null)
    {
        try
        {
            File.SetLastWriteTimeUtc(_attempt.HeartbeatFile, _time.GetUtcNow().UtcDateTime);
            send?.Invoke();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody listens, or the folder is gone: the thread that trains will meet the same.
        }
    }
}
