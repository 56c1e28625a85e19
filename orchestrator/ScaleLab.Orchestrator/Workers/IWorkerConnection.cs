namespace ScaleLab.Orchestrator.Workers;

/// <summary>A started worker: two streams of lines, and an end. Disposing closes its input, waits a moment, then kills it.</summary>
internal interface IWorkerConnection : IAsyncDisposable
{
    /// <summary>Lines of <see cref="Contracts.Workers.WorkerCommand"/>.</summary>
    TextWriter Commands { get; }

    /// <summary>Lines of <see cref="Contracts.Workers.WorkerEvent"/>; ends when the worker does.</summary>
    TextReader Events { get; }

    /// <summary>Ends the worker now.</summary>
    void Kill();

    /// <summary>How it ended, in words: <c>killed by signal 9</c>. Waits for the end.</summary>
    Task<string> EndAsync();
}
