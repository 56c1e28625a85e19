using System.Numerics;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Where to start. For given alpha and beta the law is linear in E, A and B, so a grid over the two exponents with a linear solve in each cell
/// (variable projection: Golub and Pereyra 1973) sees the whole landscape; thousands of random starts mostly miss the minimum.
/// </summary>
internal static class Seeds
{
    private const int Cells = 16;
    private const int Block = 4;
    private const int MostRows = 4096;

    private static readonly double[] Exponents = [.. Enumerable.Range(0, Cells).Select(i => 0.03 * Math.Pow(100, i / (Cells - 1.0)))];

    /// <returns>Coordinates of <paramref name="count"/> good cells from different regions of the grid, best first.</returns>
    public static IReadOnlyList<double[]> Find(FitData data, ScalingLaw law, double delta, int count)
    {
        var thinned = data.Thinned(MostRows);
        var huber = new HuberSum(thinned, law, thinned.Weights) { Delta = delta };
        var inN = Exponents.Select(alpha => Column(thinned, thinned.X, alpha)).ToArray();
        var inD = Exponents.Select(beta => Column(thinned, thinned.Y, beta)).ToArray();
        var floor = Column(thinned, thinned.X, 0);
        var gradient = new double[huber.Length];
        var cells = new List<(int Block, double[] Point, double Value)>();
        for (var i = 0; i < Cells; i++)
        {
            for (var j = 0; j < Cells; j++)
            {
                double[][] columns = law.HasFloor ? [inN[i], inD[j], floor] : [inN[i], inD[j]];
                var (a, b, e) = Project(columns, huber);
                double[] terms = [Math.Log(a), Math.Log(b), Exponents[i], Exponents[j]];
                double[] point = law.HasFloor ? [e, .. terms] : terms;
                cells.Add(((i / Block * Cells) + (j / Block), point, huber.Evaluate(point, gradient)));
            }
        }

        return [.. cells.GroupBy(cell => cell.Block).Select(block => block.MinBy(cell => cell.Value)).OrderBy(cell => cell.Value).Take(count).Select(cell => cell.Point)];
    }

    // exp(-exponent·log)/loss: the column of a relative least-squares problem whose target is 1.
    private static double[] Column(FitData data, double[] logs, double exponent) =>
        [.. Enumerable.Range(0, data.Count).Select(r => Math.Exp((-exponent * logs[r]) - data.Z[r]))];

    private static (double A, double B, double E) Project(double[][] columns, HuberSum domain)
    {
        var n = columns.Length;
        Span<double> normal = stackalloc double[n * n];
        Span<double> rhs = stackalloc double[n];
        for (var j = 0; j < n; j++)
        {
            for (var k = 0; k <= j; k++)
            {
                normal[(j * n) + k] = Dot(columns[j], columns[k]);
            }

            // A trace of ridge: neighbouring columns are nearly parallel where an exponent is small.
            normal[(j * n) + j] *= 1 + 1e-9;
            rhs[j] = columns[j].Sum();
        }

        var solved = Cholesky.Solve(normal, rhs);

        // A negative term has no place in the law; a small positive one lets the descent decide.
        double Positive(double value) => solved && value > 1e-3 ? value : 1e-3;
        return (Positive(rhs[0]), Positive(rhs[1]), n > 2 ? Math.Min(Positive(rhs[2]), 0.99 * domain.High[0]) : 0);
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = Vector<double>.Zero;
        var width = Vector<double>.Count;
        var i = 0;
        for (; i + width <= a.Length; i += width)
        {
            sum += new Vector<double>(a, i) * new Vector<double>(b, i);
        }

        var total = Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }

        return total;
    }
}
