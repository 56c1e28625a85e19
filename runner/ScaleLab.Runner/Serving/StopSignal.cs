using ScaleLab.Contracts.Runs;

namespace ScaleLab.Runner.Serving;

/// <summary>Asks runs to write a checkpoint and return: those that were asked for so far, or all.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _source = new();

    /// <summary>For the runs that are asked for now.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                return _source.Token;
            }
        }
    }

    /// <summary>Who asked: the orchestrator, or the machine.</summary>
    public FailureClass Reason { get; private set; } = FailureClass.Interrupted;

    /// <summary>Stops every run that has a token; later ones get a new one.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _source.Cancel();
            _source.Dispose();
            _source = new CancellationTokenSource();
        }
    }

    public void StopForGood(FailureClass reason = FailureClass.Interrupted)
    {
        lock (_lock)
        {
            // The first one to ask gives the reason; whoever comes last may find that all is over.
            if (!_source.IsCancellationRequested)
            {
                Reason = reason;
                _source.Cancel();
            }
        }
    }

    public void Dispose() => _source.Dispose();
}
