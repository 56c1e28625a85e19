namespace ScaleLab.Analysis.Data;

/// <summary>Which columns of a CSV mean what, and which rows enter. Empty = by the names that the field uses.</summary>
public sealed record ColumnOptions
{
    public string? N { get; init; }

    public string? D { get; init; }

    public string? C { get; init; }

    public string? Loss { get; init; }

    /// <summary>Columns whose values together name a cluster; by default <c>trunk</c> and <c>seed</c> where the file has a trunk.</summary>
    public IReadOnlyList<string> Cluster { get; init; } = [];

    /// <summary><c>COL=VALUE</c>: rows that enter. Several values of one column are alternatives, several columns must all hold.</summary>
    public IReadOnlyList<string> Where { get; init; } = [];

    /// <summary><c>COL=VALUE</c>: rows that do not enter; any one suffices.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Columns of tuned settings (<c>lr</c>): of the rows with equal N, D and seed only the best enters.</summary>
    public IReadOnlyList<string> BestOver { get; init; } = [];
}
