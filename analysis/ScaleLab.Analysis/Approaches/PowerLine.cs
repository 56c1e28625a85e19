using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Approaches;

/// <summary>y = factor · x^exponent.</summary>
public sealed record PowerLine(double Factor, double Exponent)
{
    /// <summary>Least squares in logarithms.</summary>
    /// <param name="points">At least two different x; all &gt; 0.</param>
    /// <param name="weights">One per point, &gt; 0: the inverse variance of ln y; null for equal ones.</param>
    /// <exception cref="InputException">Fewer than two different x.</exception>
    public static PowerLine Through(IReadOnlyList<(double X, double Y)> points, IReadOnlyList<double>? weights = null)
    {
        var total = 0.0;
        var (meanX, meanY) = (0.0, 0.0);
        for (var i = 0; i < points.Count; i++)
        {
            var w = weights?[i] ?? 1;
            total += w;
            meanX += w * Math.Log(points[i].X);
            meanY += w * Math.Log(points[i].Y);
        }

        (meanX, meanY) = (meanX / total, meanY / total);
        var (xx, xy) = (0.0, 0.0);
        for (var i = 0; i < points.Count; i++)
        {
            var (w, x) = (weights?[i] ?? 1, Math.Log(points[i].X) - meanX);
            xx += w * x * x;
            xy += w * x * (Math.Log(points[i].Y) - meanY);
        }

        return xx > 0
            ? new PowerLine(Math.Exp(meanY - (xy / xx * meanX)), xy / xx)
            : throw new InputException("a power law needs two different values");
    }

    public double At(double x) => Factor * Math.Pow(x, Exponent);
}
