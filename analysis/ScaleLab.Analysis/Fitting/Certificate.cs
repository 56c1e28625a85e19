using System.Globalization;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What shows that a fit is the minimum, and the only one that was found.</summary>
public sealed record Certificate
{
    /// <summary>Norm of the gradient over the coordinates that no border holds, relative to the objective: 0 at the minimum, in no unit at all.</summary>
    public required double Gradient { get; init; }

    /// <summary>By how much one more Newton step would lower the objective, relative to it; null where it does not curve upwards and there is no such step.</summary>
    public required double? Decrement { get; init; }

    /// <summary>Descents from different cells of the grid of seeds, and how many of them ended at the optimum.</summary>
    public required int Starts { get; init; }

    public required int StartsAtOptimum { get; init; }

    /// <summary>The next best minimum that a start found; null where there is none.</summary>
    public SecondBasin? SecondBasin { get; init; }

    /// <summary>Parameters at the border of the law's domain.</summary>
    public IReadOnlyList<string> Bounds { get; init; } = [];

    /// <summary>For absolute values: how many residuals are exactly zero, which is what makes the minimum an exact one. Null where it is not exact, and for other objectives.</summary>
    public int? ZeroResiduals { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var next = SecondBasin is { } second
            ? $"the next minimum is {second.Excess.ToString("P2", CultureInfo.InvariantCulture)} higher ({string.Join(", ", second.Parameters.Select(p => $"{p.Key} {p.Value.ToString("G4", CultureInfo.InvariantCulture)}"))})"
            : "no other minimum was found";
        return string.Create(CultureInfo.InvariantCulture, $"{StartsAtOptimum} of {Starts} starts agree, {next}, gradient {Gradient:0.0e0}")
            + (ZeroResiduals is { } zeros ? $", exact: {zeros} residuals are zero" : "")
            + (Bounds.Count > 0 ? $", at a border: {string.Join(", ", Bounds)}" : "");
    }
}

/// <param name="Excess">Of its objective over the optimum's, relative: 0.01 = one per cent higher.</param>
/// <param name="Parameters">There, by name.</param>
public sealed record SecondBasin(double Excess, IReadOnlyDictionary<string, double> Parameters);
