using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Workers;

/// <summary>One line from the orchestrator to <c>scalelab-runner serve</c>.</summary>
public sealed record WorkerCommand
{
    public int Format { get; set; } = 1;

    /// <summary>The folder of the run to train; empty asks the worker to checkpoint, report and wait.</summary>
    public string Run { get; set; } = "";

    /// <summary>Folders of other runs of the same shape, batch and chunk, trained at the same time in the same passes. Each keeps its own attempt and result.</summary>
    public IReadOnlyList<string> Beside { get; set; } = [];

    /// <summary>Recompute activations in the backward pass rather than keep them: slower, in less memory, with the same bits.</summary>
    public bool Recompute { get; init; }
}

/// <summary>One line from <c>scalelab-runner serve</c>, on the descriptor that was its standard output.</summary>
public sealed record WorkerEvent
{
    public int Format { get; set; } = 1;

    public required WorkerEventKind Kind { get; init; }

    /// <summary>Folder of the run it is about; empty for <see cref="WorkerEventKind.Ready"/>.</summary>
    public string Run { get; set; } = "";

    public int Attempt { get; init; }

    public long Step { get; init; }

    /// <summary>Units of D seen.</summary>
    public long D { get; init; }

    /// <summary>Mean training loss since the last report, nats.</summary>
    public double? Loss { get; init; }

    /// <summary>With <see cref="WorkerEventKind.Finished"/>.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>With <see cref="WorkerEventKind.Failed"/>.</summary>
    public RunFailure? Failure { get; init; }
}

public enum WorkerEventKind
{
    /// <summary>The worker waits for a command.</summary>
    Ready,

    Progress,

    /// <summary>The process lives, whether or not a step has ended.</summary>
    Alive,

    /// <summary>A result stands in the run's folder.</summary>
    Finished,

    /// <summary>The attempt ended without a result.</summary>
    Failed,
}
