using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What happened, in its order, for the one loop that acts on it: attempts report from their threads, and pauses end.</summary>
/// <param name="time">Of the pauses.</param>
/// <param name="kill">Ends all waiting.</param>
internal sealed class Mailbox(TimeProvider time, CancellationToken kill)
{
    private readonly Channel<Notice> _notices = Channel.CreateBounded<Notice>(256);

    /// <summary>Pauses that have not ended.</summary>
    public int Pauses { get; private set; }

    /// <summary>Waits where the loop is behind: a fast worker must not fill memory.</summary>
    public ValueTask PostAsync(Action act) => _notices.Writer.WriteAsync(new Notice(act), kill);

    /// <summary>Ends the loop with an error that is nobody's failure but ours.</summary>
    public ValueTask PostAsync(Exception error) => _notices.Writer.WriteAsync(new Notice(null, ExceptionDispatchInfo.Capture(error)), kill);

    /// <summary>Acts after a pause. A stop ends every pause at once; what was to follow then sees it.</summary>
    public void After(TimeSpan pause, Action act, CancellationToken stop)
    {
        Pauses++;
        _ = WaitAsync();

        async Task WaitAsync()
        {
            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await PostAsync(() => { Pauses--; act(); });
        }
    }

    public async Task ActOnNextAsync()
    {
        // Simulated time moves on when all that can happen now has happened.
        if (time is SimulatedTime simulated && !_notices.Reader.TryPeek(out _))
        {
            simulated.MoveOn();
        }

        var notice = await _notices.Reader.ReadAsync(kill);
        notice.Error?.Throw();
        notice.Act!();
    }

    private sealed record Notice(Action? Act, ExceptionDispatchInfo? Error = null);
}
