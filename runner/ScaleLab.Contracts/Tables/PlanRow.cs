using System.Text.Json.Serialization;
using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>A row of <c>plan.csv</c>: one run, trunks included, with what it needs and costs. Parents stand before children.</summary>
[CsvRecord]
public sealed partial record PlanRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    /// <summary><c>whole</c>, <c>trunk</c> (gives no row of results) or <c>branch</c>.</summary>
    [CsvColumn("phase")]
    public required string Phase { get; init; }

    /// <summary>The run whose last checkpoint this one starts from.</summary>
    [CsvColumn("parent")]
    public string? Parent { get; init; }

    [CsvColumn("trunk")]
    public string? Trunk { get; init; }

    /// <summary>The size that the sweep asks for.</summary>
    [CsvColumn("n_target")]
    public required double NTarget { get; init; }

    /// <summary>The size of the nearest shape: the one that is fitted.</summary>
    [CsvColumn("n")]
    public required long N { get; init; }

    [CsvColumn("n_non_embedding")]
    public required long NNonEmbedding { get; init; }

    [CsvColumn("n_embedding")]
    public required long NEmbedding { get; init; }

    [CsvColumn("n_head")]
    public required long NHead { get; init; }

    [CsvColumn("width")]
    public required int Width { get; init; }

    [CsvColumn("depth")]
    public required int Depth { get; init; }

    [CsvColumn("heads")]
    public required int Heads { get; init; }

    /// <summary>The D that the sweep asks for.</summary>
    [CsvColumn("d_target")]
    public required double DTarget { get; init; }

    /// <summary>Units of D after the last step.</summary>
    [CsvColumn("d")]
    public required long D { get; init; }

    /// <summary>Units of D seen at least once.</summary>
    [CsvColumn("unique_d")]
    public required long UniqueD { get; init; }

    [CsvColumn("epochs")]
    public required double Epochs { get; init; }

    [CsvColumn("start_step")]
    public required long StartStep { get; init; }

    /// <summary>Steps from 0 to the end of this run.</summary>
    [CsvColumn("steps")]
    public required long Steps { get; init; }

    /// <summary>Units of D in the first step of this run.</summary>
    [CsvColumn("batch_start")]
    public required long BatchStart { get; init; }

    /// <summary>Units of D in its last step.</summary>
    [CsvColumn("batch_end")]
    public required long BatchEnd { get; init; }

    /// <summary>Samples per forward pass.</summary>
    [CsvColumn("chunk")]
    public required int Chunk { get; init; }

    [CsvColumn("lr")]
    public required double Lr { get; init; }

    [CsvColumn("schedule")]
    public required string Schedule { get; init; }

    [CsvColumn("seed")]
    public required int Seed { get; init; }

    /// <summary>The isoFLOP budget this point belongs to.</summary>
    [CsvColumn("budget")]
    public double? Budget { get; init; }

    /// <summary>Model FLOPs of the whole path from step 0.</summary>
    [CsvColumn("c")]
    public required double C { get; init; }

    [CsvColumn("c_6nd")]
    [JsonPropertyName("c_6nd")]
    public double? C6nd { get; init; }

    /// <summary>FLOPs that this run adds to the bill; their sum is the bill.</summary>
    [CsvColumn("c_spent")]
    public required double CSpent { get; init; }

    /// <summary>Bytes at the peak, estimated.</summary>
    [CsvColumn("memory_bytes")]
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes left on disk, estimated.</summary>
    [CsvColumn("disk_bytes")]
    public required long DiskBytes { get; init; }

    /// <summary>Seconds on one device, estimated.</summary>
    [CsvColumn("seconds")]
    public required double Seconds { get; init; }
}
