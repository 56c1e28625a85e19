namespace ScaleLab.Contracts.Runs;

/// <summary>Units of D per step as a function of the units seen, so that nothing before a fork depends on the final D.</summary>
public sealed record BatchSpec
{
    /// <summary>Units per step at the start; a multiple of the units per sample.</summary>
    public required long Initial { get; init; }

    /// <summary>The batch doubles each time the units seen grow by 2^(1/<see cref="RampExponent"/>) beyond <see cref="RampFrom"/>: B ∝ seen^exponent, in powers of two. 0 keeps it fixed.</summary>
    public double RampExponent { get; init; }

    /// <summary>Units seen at which the ramp begins; the first doubling comes a factor 2^(1/exponent) later.</summary>
    public long RampFrom { get; init; }

    /// <summary>No batch is larger than this.</summary>
    public long Maximum { get; set; } = long.MaxValue;
}
