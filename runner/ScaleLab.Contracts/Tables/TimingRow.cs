using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>A row of <c>timings.csv</c>: what a run cost, trunks included. Nothing here is deterministic.</summary>
[CsvRecord]
public sealed partial record TimingRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    /// <summary><c>whole</c>, <c>trunk</c> or <c>branch</c>.</summary>
    [CsvColumn("phase")]
    public required string Phase { get; init; }

    [CsvColumn("status")]
    public required string Status { get; init; }

    /// <summary>Attempts begun, the last one included.</summary>
    [CsvColumn("attempts")]
    public required int Attempts { get; init; }

    /// <summary>Seconds of training and evaluation, all attempts together.</summary>
    [CsvColumn("wall_seconds")]
    public double? WallSeconds { get; init; }

    /// <summary>What the plan foretold for <see cref="WallSeconds"/>.</summary>
    [CsvColumn("predicted_seconds")]
    public required double PredictedSeconds { get; init; }

    /// <summary>Hours of a device: where several runs share one, each counts its part. All attempts, lost ones included.</summary>
    [CsvColumn("device_hours")]
    public double? DeviceHours { get; init; }

    /// <summary>When the result was published: UTC, <c>2026-01-31T23:59:59Z</c>.</summary>
    [CsvColumn("finish")]
    public string? Finish { get; init; }

    /// <summary>What the session that trained the run foretold for <see cref="Finish"/> when it began.</summary>
    [CsvColumn("predicted_finish")]
    public string? PredictedFinish { get; init; }

    /// <summary>Units of D per second of training.</summary>
    [CsvColumn("d_per_second")]
    public double? DPerSecond { get; init; }

    /// <summary>Model FLOPs per second of training.</summary>
    [CsvColumn("flops_per_second")]
    public double? FlopsPerSecond { get; init; }

    /// <summary><see cref="FlopsPerSecond"/> as a share of <see cref="PeakFlops"/>: model-FLOPs utilisation.</summary>
    [CsvColumn("mfu")]
    public double? Mfu { get; init; }

    /// <summary>FLOPs per second of the device at the run's precision: a GPU's dense peak, a thread's measured rate; empty where neither is known.</summary>
    [CsvColumn("peak_flops")]
    public double? PeakFlops { get; init; }

    /// <summary>Most memory that the worker held, bytes.</summary>
    [CsvColumn("peak_memory_bytes")]
    public long? PeakMemoryBytes { get; init; }

    /// <summary>What the plan foretold for <see cref="PeakMemoryBytes"/>.</summary>
    [CsvColumn("predicted_memory_bytes")]
    public required long PredictedMemoryBytes { get; init; }

    /// <summary>FLOPs this run added to the bill.</summary>
    [CsvColumn("c_spent")]
    public required double CSpent { get; init; }

    [CsvColumn("device")]
    public string? Device { get; init; }

    /// <summary>As its maker calls it.</summary>
    [CsvColumn("device_name")]
    public string? DeviceName { get; init; }

    [CsvColumn("host")]
    public string? Host { get; init; }

    /// <summary>Runs that were trained in the same passes, this one included; empty for a run of its own.</summary>
    [CsvColumn("stacked")]
    public int? Stacked { get; init; }

    [CsvColumn("threads")]
    public required int Threads { get; init; }

    /// <summary><c>exact</c> or <c>fast</c>.</summary>
    [CsvColumn("math")]
    public required string Math { get; init; }

    /// <summary>Largest relative error of a float32 matrix product under that path.</summary>
    [CsvColumn("matmul_error")]
    public double? MatmulError { get; init; }

    [CsvColumn("libtorch")]
    public string? Libtorch { get; init; }

    [CsvColumn("build")]
    public string? Build { get; init; }
}
