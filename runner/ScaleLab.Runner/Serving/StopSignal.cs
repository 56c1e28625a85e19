namespace ScaleLab.Runner.Serving;

/// <summary>Asks the run in progress to write a checkpoint and return; for one run, or for good.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _source = new();
    private bool _forGood;

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

    public void Stop()
    {
        lock (_lock)
        {
            _source.Cancel();
        }
    }

    public void StopForGood()
    {
        lock (_lock)
        {
            _forGood = true;
            _source.Cancel();
        }
    }

    public void Dispose() => _source.Dispose();

    /// <summary>Forgets a stop, unless it was for good.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            if (!_forGood && _source.IsCancellationRequested)
            {
                _source.Dispose();
                _source = new CancellationTokenSource();
            }
        }
    }
}
