using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// What each row misses a fit by that never saw the row's cluster. A fit bends towards every cluster that it is given, most towards the corners of a grid,
/// so that its own residuals scatter less than the noise. To first order in the influence of a cluster (the jackknife residuals of MacKinnon, Nielsen and
/// Webb 2023, J. Appl. Econometrics 38, for least squares; Feng, He and Hu 2011, Biometrika 98, for absolute values).
/// </summary>
/// <param name="Residuals">Observed − predicted, in the unit of the objective, one per row.</param>
/// <param name="Prediction">Variance of the fit without its cluster at each row, in units of the noise's variance.</param>
/// <param name="Scale">Standard deviation of the noise if it were normal, from the mean absolute residual.</param>
internal sealed record LeaveOneOut(double[] Residuals, double[] Prediction, double Scale)
{
    // Where a cluster alone carries a parameter, nothing is known of its noise.
    private const double LeastFreedom = 0.05;

    // Beyond, no row has leverage to speak of.
    private const int MostRows = 20_000;

    /// <param name="f">Rows with weight 1, or 0 where the fit has not seen them; its delta is the objective's.</param>
    /// <param name="point">The minimum.</param>
    /// <param name="clusters">Of the rows.</param>
    public static LeaveOneOut Of(FitFunction f, double[] point, Clusters clusters)
    {
        var (n, p) = (clusters.Of.Length, f.Length);
        var (residuals, slopes) = (new double[f.Weights.Length], new double[f.Weights.Length * p]);
        f.Residuals(point, residuals, slopes);
        double[] errors = [.. residuals.Take(n).Select(r => -r)];
        int[] free = [.. Enumerable.Range(0, p).Where(k => point[k] > f.Low[k] && point[k] < f.High[k])];
        var seen = f.Weights.Take(n).Count(w => w > 0);
        var scale = Math.Sqrt(Math.PI / 2) * errors.Where((_, i) => f.Weights[i] > 0).Sum(Math.Abs) / Math.Max(1, seen - free.Length);
        if (n > MostRows || free.Length == 0 || seen <= free.Length || scale == 0)
        {
            return new LeaveOneOut(errors, new double[n], scale);
        }

        // Rows of q are those of the Jacobian in coordinates where the seen ones are orthonormal: there q·qᵀ is the hat matrix.
        var jacobian = Matrix<double>.Build.Dense(n, free.Length, (row, k) => slopes[(row * p) + free[k]]);
        var qr = Matrix<double>.Build.Dense(n, free.Length, (row, k) => f.Weights[row] * jacobian[row, k]).QR(QRMethod.Thin);
        var q = seen == n ? qr.Q : jacobian * qr.R.Inverse();
        var (influence, inefficiency) = Influence(errors, f.Delta, scale);
        var prediction = new double[n];
        foreach (var rows in Enumerable.Range(0, n).GroupBy(i => f.Weights[i] > 0 ? clusters.Of[i] : -1 - i).Select(g => g.ToArray()))
        {
            if (rows is [var single])
            {
                // (I − q·qᵀ)⁻¹ stretches q by 1/(1 − |q|²).
                var leverage = q.Row(single).DotProduct(q.Row(single));
                var stretched = f.Weights[single] > 0 ? leverage / Math.Max(1 - leverage, LeastFreedom) : leverage;
                errors[single] += f.Weights[single] * stretched * influence[single];
                prediction[single] = inefficiency * stretched;
                continue;
            }

            var own = Matrix<double>.Build.Dense(rows.Length, free.Length, (row, k) => q[rows[row], k]);
            var away = Away(own.TransposeThisAndMultiply(own));
            var shift = own * (away * own.TransposeThisAndMultiply(Vector<double>.Build.Dense(rows.Length, row => influence[rows[row]])));
            for (var row = 0; row < rows.Length; row++)
            {
                errors[rows[row]] += shift[row];
                prediction[rows[row]] = inefficiency * (own.Row(row) * away).DotProduct(own.Row(row));
            }
        }

        return new LeaveOneOut(errors, prediction, scale);
    }

    // ψ(e)/E[ψ'] in the residuals' unit, which is e itself for squares, and E[ψ²]/E[ψ']² in units of the noise's variance; expectations under normal noise.
    private static (double[] Influence, double Inefficiency) Influence(double[] errors, double delta, double scale)
    {
        if (double.IsInfinity(delta))
        {
            return (errors, 1);
        }

        var (turn, inside) = (delta / scale, SpecialFunctions.Erf(delta / (scale * Constants.Sqrt2)));
        var square = inside - (2 * turn * Normal.PDF(0, 1, turn)) + (turn * turn * (1 - inside));
        return ([.. errors.Select(e => Math.Clamp(e, -delta, delta) / inside)], square / (inside * inside));
    }

    // (I − G)⁻¹, with the eigenvalues of I − G kept away from zero.
    private static Matrix<double> Away(Matrix<double> gram)
    {
        var evd = gram.Evd(Symmetricity.Symmetric);
        var inverse = Matrix<double>.Build.DenseOfDiagonalVector(evd.EigenValues.Map(value => 1 / Math.Max(1 - value.Real, LeastFreedom), Zeros.Include));
        return evd.EigenVectors * inverse * evd.EigenVectors.Transpose();
    }
}
