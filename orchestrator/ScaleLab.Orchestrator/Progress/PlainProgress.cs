namespace ScaleLab.Orchestrator.Progress;

/// <summary>One line per change, and a line of totals now and then: for logs and pipes.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private long _last = time.GetTimestamp();

    public void Show(ProgressSnapshot now, string? change)
    {
        if (change is not null)
        {
            output.WriteLine(change);
        }
        else if (time.GetElapsedTime(_last) >= Pause)
        {
            output.WriteLine(ProgressText.Totals(now));
            _last = time.GetTimestamp();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
