using System.Text.Json.Serialization;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What a careful reader asks of a fit.</summary>
public sealed record FitDiagnostics
{
    /// <summary>Why the status is not <c>converged</c>; null where it is.</summary>
    public string? Reason { get; init; }

    /// <summary>In words; for people.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Root mean square of the log residuals; null when refused.</summary>
    public double? RmsLogResidual { get; init; }

    /// <summary>Bayesian information criterion, among fits by the same objective to the same rows; null where the objective is no likelihood.</summary>
    public double? Bic { get; init; }

    /// <summary>Null when refused.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Bootstrap draws that went into the intervals, and how many were left out since their resample could not carry the law.</summary>
    public int BootstrapDraws { get; init; }

    public int BootstrapFailed { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Under which the profiles judge what is identified; null when refused or where there are too many rows for profiles.</summary>
    public NoiseModel? Noise { get; init; }

    /// <summary>Null where no (N, D) was run more than once, and beyond 20,000 rows.</summary>
    public Replicates? Replicates { get; init; }

    /// <summary>What makes a cluster, in words.</summary>
    public string? ClusterRule { get; init; }

    /// <summary>Median of C/(N·D) in the data; the frontier uses its own <c>flops_per_nd</c>.</summary>
    public double? MeasuredFlopsPerNd { get; init; }

    /// <summary>Smallest and largest of the data; beyond lies extrapolation. Null where there were none.</summary>
    public DataRange? Range { get; init; }

    /// <summary>Some of the bootstrap's parameter vectors, in the law's order: with them a reader of the file has intervals for whatever it predicts.</summary>
    [JsonConverter(typeof(CompactDraws))]
    public IReadOnlyList<double[]> Draws { get; init; } = [];

    /// <summary>Even quantiles of ln(loss of a run / loss of a law that has not seen it): with them a reader of the file has intervals for a new run.</summary>
    [JsonConverter(typeof(CompactNumbers))]
    public IReadOnlyList<double> Errors { get; init; } = [];
}

/// <param name="Name"><c>laplace</c> where the objective counts absolute values, <c>gaussian</c> where it counts squares.</param>
/// <param name="Scale">Its estimated scale: the mean absolute or the root mean square residual.</param>
public sealed record NoiseModel(string Name, double Scale);

public sealed record DataRange(Interval N, Interval D, Interval C, Interval Loss);
