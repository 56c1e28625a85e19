namespace ScaleLab.Runner.Checkpoints;

/// <summary><c>state.json</c>: all that a resumed run needs beside its tensors. Data order and schedule follow from the step; there is no other random stream.</summary>
internal sealed record TrainingState
{
    public int Format { get; init; } = 1;

    /// <summary>Steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Training loss since the last row of the curve.</summary>
    public LossSum SinceRow { get; init; }

    /// <summary>Training loss over the last 5 % of D, as far as this run trains them.</summary>
    public LossSum Tail { get; init; }

    /// <summary>Seconds trained, by all attempts of this run up to here.</summary>
    public double WallSeconds { get; init; }

    /// <summary>SHA-256 of the tensors beside it.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>SHA-256 of all of the above.</summary>
    public string? StateSha256 { get; init; }
}

/// <summary>Nats summed over units of D.</summary>
internal readonly record struct LossSum(double Nats, long Units)
{
    public double? Mean => Units > 0 ? Nats / Units : null;

    public LossSum Add(double nats, long units) => new(Nats + nats, Units + units);
}
