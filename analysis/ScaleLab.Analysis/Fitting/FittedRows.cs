using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace ScaleLab.Analysis.Fitting;

/// <summary>The rows of a fit at its minimum: what it misses them by, and how each pulls at it.</summary>
internal sealed class FittedRows
{
    // Beyond, no row has leverage to speak of.
    private const int MostRows = 20_000;

    private readonly FitFunction _f;
    private readonly double[] _slopes;
    private readonly int[] _clusters;
    private readonly int? _common;
    private readonly double _unit;

    /// <param name="f">Rows with weight 1, or 0 where the fit has not seen them; its delta is the objective's.</param>
    /// <param name="point">The minimum.</param>
    /// <param name="clusters">Of the rows.</param>
    /// <param name="common">Place of a parameter that other fits share; null where there is none.</param>
    /// <param name="unit">By what that coordinate is multiplied to give the parameter.</param>
    public FittedRows(FitFunction f, double[] point, Clusters clusters, int? common = null, double unit = 1)
    {
        (_f, _clusters, _common, _unit) = (f, clusters.Of, common, unit);
        var residuals = new double[f.Weights.Length];
        _slopes = new double[f.Weights.Length * f.Length];
        f.Residuals(point, residuals, _slopes);
        Errors = [.. residuals.Take(Count).Select(r => -r)];
        bool IsFree(int k) => point[k] > f.Low[k] && point[k] < f.High[k];
        Free = [.. Enumerable.Range(0, f.Length).Where(k => k != common && IsFree(k))];
        CommonIsFree = common is { } c && IsFree(c);
        var (seen, freedom) = (Enumerable.Range(0, Count).Count(IsSeen), Free.Length + (CommonIsFree ? 1 : 0));
        Scale = Math.Sqrt(Math.PI / 2) * Errors.Where((_, i) => IsSeen(i)).Sum(Math.Abs) / Math.Max(1, seen - freedom);
        HasLeverage = Count <= MostRows && freedom > 0 && seen > freedom && Scale > 0;
        (Influence, Inefficiency, Bend) = HasLeverage ? Influences(Errors, f.Delta, Scale) : ([], 1, 1);
    }

    public int Count => _clusters.Length;

    /// <summary>Observed − predicted, in the unit of the objective.</summary>
    public double[] Errors { get; }

    /// <summary>Parameters that no border holds, but for the common one.</summary>
    public int[] Free { get; }

    public bool CommonIsFree { get; }

    /// <summary>Standard deviation of the noise if it were normal, from the mean absolute residual.</summary>
    public double Scale { get; }

    /// <summary>There is something to leave out.</summary>
    public bool HasLeverage { get; }

    /// <summary>ψ(e)/E[ψ'] in the residuals' unit, which is e itself for squares; expectations under normal noise.</summary>
    public double[] Influence { get; }

    /// <summary>E[ψ²]/E[ψ']² in units of the noise's variance.</summary>
    public double Inefficiency { get; }

    /// <summary>E[ψ'], the curvature that a row adds to the objective.</summary>
    public double Bend { get; }

    public bool IsSeen(int row) => _f.Weights[row] > 0;

    public double Weight(int row) => _f.Weights[row];

    public int Cluster(int row) => _clusters[row];

    /// <summary>Of the residual, by the common parameter.</summary>
    public double CommonSlope(int row) => Slope(row, _common!.Value) / _unit;

    /// <summary>Of the residual, by a coordinate.</summary>
    public double Slope(int row, int k) => _slopes[(row * _f.Length) + k];

    private static (double[] Influence, double Inefficiency, double Bend) Influences(double[] errors, double delta, double scale)
    {
        if (double.IsInfinity(delta))
        {
            return (errors, 1, 1);
        }

        var (turn, inside) = (delta / scale, SpecialFunctions.Erf(delta / (scale * Constants.Sqrt2)));
        var square = inside - (2 * turn * Normal.PDF(0, 1, turn)) + (turn * turn * (1 - inside));
        return ([.. errors.Select(e => Math.Clamp(e, -delta, delta) / inside)], square / (inside * inside), inside);
    }
}
