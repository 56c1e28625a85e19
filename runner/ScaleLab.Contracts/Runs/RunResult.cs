namespace ScaleLab.Contracts.Runs;

/// <summary><c>result.json</c>: the truth about a run, published once.</summary>
public sealed record RunResult
{
    public int Format { get; set; } = 1;

    public required string Key { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>The attempt whose curve and model belong to this result.</summary>
    public required int Attempt { get; init; }

    /// <summary>The step reached: the last one, or where the loss ceased to be a number.</summary>
    public required long Step { get; init; }

    /// <summary>How the model collapsed; null where it did not.</summary>
    public string? Collapse { get; init; }

    /// <summary>Mean over the last 5 % of D, or over the cooldown of a branch where that is shorter, nats.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>How the losses below were measured.</summary>
    public EvaluationSpec Evaluation { get; set; } = new();

    /// <summary>Mean over the held-out set, nats.</summary>
    public double? ValLoss { get; init; }

    /// <summary>Standard error of <see cref="ValLoss"/> over held-out blocks, images, or batches of images that the loss compares.</summary>
    public double? ValLossSe { get; init; }

    /// <summary>Bits per byte of the held-out text.</summary>
    public double? ValBpb { get; init; }

    /// <summary>Measured beside the loss, by the names of their columns in <c>results.csv</c>.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    /// <summary>Scores of single attention heads, [layer][head], by name.</summary>
    public IReadOnlyDictionary<string, double[][]>? Heads { get; init; }

    /// <summary>Seconds of training and evaluation, all attempts together.</summary>
    public double WallSeconds { get; init; }

    /// <summary>Of these, those of the evaluation at the end.</summary>
    public double EvaluationSeconds { get; init; }

    /// <summary>Most memory that the worker held on its device (CPU: of the machine) in the attempt that ended the run; null where it cannot be told.</summary>
    public long? PeakMemoryBytes { get; init; }

    public required RunMachine Machine { get; init; }
}

/// <summary>What computed a run.</summary>
public sealed record RunMachine
{
    public required string Host { get; init; }

    public required string Device { get; init; }

    /// <summary>As its maker calls it; null where it does not say.</summary>
    public string? DeviceName { get; init; }

    public required string Libtorch { get; init; }

    public required string Build { get; init; }

    /// <summary>Runs that began in the same passes, this one included; null for a run of its own.</summary>
    public int? Stacked { get; init; }

    /// <summary>Largest relative error of a float32 matrix product under the run's math path, against float64.</summary>
    public double MatmulError { get; init; }
}

public enum RunStatus
{
    Ok,

    /// <summary>The loss ceased to be a finite number, or the model collapsed. Never retried: the same spec diverges again.</summary>
    Diverged,

    /// <summary>No result after the allowed attempts.</summary>
    Failed,
}

/// <summary><c>failure.json</c> of an attempt: why it ended without a result.</summary>
public sealed record RunFailure
{
    public int Format { get; set; } = 1;

    public required FailureClass Class { get; init; }

    /// <summary>One line for the user.</summary>
    public required string Message { get; init; }
}

/// <summary>Why an attempt ended without a result: decides whether, where and when another one follows.</summary>
public enum FailureClass
{
    /// <summary>Asked for by the user; a checkpoint was written.</summary>
    Interrupted,

    /// <summary>Asked for by the machine (SIGTERM); a checkpoint was written.</summary>
    Preempted,

    /// <summary>The worker vanished or fell silent, for no reason that it could tell.</summary>
    Lost,

    /// <summary>The machine went away under worker and driver.</summary>
    NodeLost,

    /// <summary>Killed by SIGKILL that nobody here sent: Linux does so where memory runs out.</summary>
    HostOutOfMemory,

    /// <summary>The allocator of the device refused.</summary>
    DeviceOutOfMemory,

    /// <summary>Native code ended the process: SIGABRT, SIGSEGV and their like.</summary>
    NativeAbort,

    /// <summary>No room, or no quota, left for curves and checkpoints.</summary>
    DiskFull,

    /// <summary>Spec, corpus or code: it fails again wherever it runs.</summary>
    Permanent,
}
