using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>A row of <c>curves.csv</c>, and of an attempt's <c>curve.csv</c> (there without the key).</summary>
[CsvRecord]
public sealed partial record CurveRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    /// <summary>Steps done.</summary>
    [CsvColumn("step")]
    public required long Step { get; init; }

    /// <summary>Units of D seen after them.</summary>
    [CsvColumn("d")]
    public required long D { get; init; }

    /// <summary>Model FLOPs up to here.</summary>
    [CsvColumn("c")]
    public required double C { get; init; }

    [CsvColumn("lr")]
    public required double Lr { get; init; }

    /// <summary>Mean since the row before, nats.</summary>
    [CsvColumn("train_loss")]
    public double? TrainLoss { get; init; }

    [CsvColumn("val_loss")]
    public double? ValLoss { get; init; }

    /// <summary>The learning rate had fallen to its end: only such points may enter approach 1.</summary>
    [CsvColumn("annealed")]
    [CsvBooleanValues("1", "0")]
    public required bool Annealed { get; init; }
}
