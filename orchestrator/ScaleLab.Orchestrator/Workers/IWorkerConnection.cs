namespace ScaleLab.Orchestrator.Workers;

/// <summary>A started worker: two streams of lines, and an end. Disposing closes its input, waits a moment, then kills it.</summary>
internal interface IWorkerConnection : IAsyncDisposable
{
    /// <summary>Lines of <see cref="Contracts.Workers.WorkerCommand"/>.</summary>
    TextWriter Commands { get; }

    /// <summary>Lines of <see cref="Contracts.Workers.WorkerEvent"/>; ends when the worker does.</summary>
    TextReader Events { get; }

    /// <summary>The end of what it wrote to its standard error.</summary>
    string LastWords { get; }

    /// <summary>Ends the worker now.</summary>
    void Kill();

    /// <summary>How it ended. Waits for the end.</summary>
    Task<WorkerEnd> EndAsync();
}
