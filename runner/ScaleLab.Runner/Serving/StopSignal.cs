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

    public void StopForGood()
    {
        lock (_lock)
        {
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();
}
