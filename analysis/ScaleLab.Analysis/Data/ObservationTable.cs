namespace ScaleLab.Analysis.Data;

/// <summary>What a file holds for a fit, and what of it was left aside.</summary>
/// <param name="Source">The file's name, for people.</param>
/// <param name="Observations">In the order of the file.</param>
/// <param name="LeftOut">Rows that do not enter, each with its reason.</param>
/// <param name="ClusterRule">What makes a cluster, in words: <c>trunk+seed</c>, <c>each row</c>.</param>
public sealed record ObservationTable(string Source, IReadOnlyList<Observation> Observations, IReadOnlyList<LeftOutRow> LeftOut, string ClusterRule)
{
    /// <summary>Which columns were read as what, in words; empty where the rows come from no file.</summary>
    public string Columns { get; init; } = "";

    /// <summary>The least possible loss, where it is known and one number for all rows.</summary>
    public double? Floor => Observations.Count > 0 && Observations[0].Floor is { } floor && Observations.All(o => o.Floor is { } other && Math.Abs(other - floor) <= SameFloor * floor) ? floor : null;

    private const double SameFloor = 1e-9;
}

public sealed record LeftOutRow(string Run, long Line, string Reason);
