namespace ScaleLab.Contracts.Runs;

/// <summary>The learning rate over a run, as a factor of its peak.</summary>
public sealed record ScheduleSpec
{
    public required ScheduleKind Kind { get; init; }

    /// <summary>Units of D over which the rate rises linearly from 0.</summary>
    public required long Warmup { get; init; }

    /// <summary>WSD: the share of D spent on the cooldown.</summary>
    public double Cooldown { get; set; } = 0.2;

    /// <summary>WSD: how the rate falls during the cooldown.</summary>
    public CooldownShape Shape { get; set; } = CooldownShape.Sqrt;

    /// <summary>Cosine: the factor reached at the end.</summary>
    public double Floor { get; set; } = 0.1;
}

public enum ScheduleKind
{
    /// <summary>Half a cosine over the whole run (Hoffmann et al. 2022): each D needs a run of its own.</summary>
    Cosine,

    /// <summary>Warmup, stable, decay (Hu et al. 2024): one trunk serves every D through a forked cooldown.</summary>
    Wsd,
}

public enum CooldownShape
{
    Linear,

    /// <summary>1 − √progress, the best of the shapes tried by Hägele et al. 2024.</summary>
    Sqrt,
}
