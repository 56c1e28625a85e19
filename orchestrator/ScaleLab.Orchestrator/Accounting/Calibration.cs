namespace ScaleLab.Orchestrator.Accounting;

/// <summary>What finished runs on a device have taught about the estimates of time and memory.</summary>
internal sealed record Calibration
{
    /// <summary>Runs that it was learnt from.</summary>
    public required int Runs { get; init; }

    /// <summary>Factors of <see cref="Sweeps.CostModel.TimeParts"/>.</summary>
    public required double[] Time { get; init; }

    /// <summary>Median relative error of the times, each tenth of the runs foretold from the others; null for a single run.</summary>
    public double? TimeError { get; init; }

    /// <summary>The same of the estimates as they were before.</summary>
    public double? TimeErrorBefore { get; init; }

    /// <summary>Factors of <see cref="Sweeps.CostModel.MemoryParts"/>; null where no peak was measured.</summary>
    public double[]? Memory { get; init; }

    public double? MemoryError { get; init; }

    /// <returns>Null for no runs.</returns>
    public static Calibration? Of(IReadOnlyList<Lesson> times, IReadOnlyList<Lesson> memories) => times.Count == 0 ? null : new Calibration
    {
        Runs = times.Count,
        Time = PartsFit.Factors(times),
        TimeError = PartsFit.Error(times),
        TimeErrorBefore = PartsFit.Median(times.Select(t => Math.Abs((t.Parts.Sum() / t.Measured) - 1))),
        Memory = memories.Count > 0 ? PartsFit.Factors(memories) : null,
        MemoryError = PartsFit.Error(memories),
    };

    public double Seconds(double[] parts) => Apply(parts, Time);

    public long Bytes(double[] parts) => (long)Apply(parts, Memory);

    private static double Apply(double[] parts, double[]? factors) => factors?.Length == parts.Length ? parts.Zip(factors, (p, f) => p * f).Sum() : parts.Sum();
}
