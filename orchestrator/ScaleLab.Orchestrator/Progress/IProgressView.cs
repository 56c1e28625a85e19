namespace ScaleLab.Orchestrator.Progress;

/// <summary>Shows a running sweep to a person. Called from one loop, never from two threads at once.</summary>
internal interface IProgressView : IAsyncDisposable
{
    /// <param name="now">The sweep as it stands.</param>
    /// <param name="change">What has just happened, in one line; null for mere progress.</param>
    void Show(ProgressSnapshot now, string? change);
}
