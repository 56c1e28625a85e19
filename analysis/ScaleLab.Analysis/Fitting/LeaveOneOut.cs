using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// What each row misses a fit by that never saw the row's cluster. A fit bends towards every cluster that it is given, most towards the corners of a grid,
/// so that its own residuals scatter less than the noise. To first order in the influence of a cluster (the jackknife residuals of MacKinnon, Nielsen and
/// Webb 2023, J. Appl. Econometrics 38, for least squares; Feng, He and Hu 2011, Biometrika 98, for absolute values).
/// </summary>
/// <param name="Residuals">Observed − predicted, in the unit of the objective, one per row.</param>
/// <param name="Leverage">Of each row's cluster over itself, in [0, 1): how far the fit follows a row.</param>
/// <param name="Scale">Standard deviation of the noise if it were normal, from the mean absolute residual.</param>
/// <param name="Freedom">Rows less free parameters, at least 1.</param>
internal sealed record LeaveOneOut(double[] Residuals, double[] Leverage, double Scale, int Freedom)
{
    // Where a cluster alone carries a parameter, nothing is known of its noise.
    private const double LeastFreedom = 0.05;

    // Beyond, no row has leverage to speak of.
    private const int MostRows = 20_000;

    /// <param name="f">All rows, each with weight 1; its delta is the objective's.</param>
    /// <param name="point">The minimum.</param>
    /// <param name="clusters">Of the rows.</param>
    public static LeaveOneOut Of(FitFunction f, double[] point, Clusters clusters)
    {
        var (n, p) = (clusters.Of.Length, f.Length);
        var (residuals, slopes) = (new double[f.Weights.Length], new double[f.Weights.Length * p]);
        f.Residuals(point, residuals, slopes);
        double[] errors = [.. residuals.Take(n).Select(r => -r)];
        int[] free = [.. Enumerable.Range(0, p).Where(k => point[k] > f.Low[k] && point[k] < f.High[k])];
        var freedom = Math.Max(1, n - free.Length);
        var scale = Math.Sqrt(Math.PI / 2) * errors.Sum(Math.Abs) / freedom;
        if (n > MostRows || free.Length == 0 || n <= free.Length || scale == 0)
        {
            return new LeaveOneOut(errors, new double[n], scale, freedom);
        }

        // Rows of q are those of the Jacobian in coordinates where they are orthonormal: q·qᵀ is the hat matrix.
        var q = Matrix<double>.Build.Dense(n, free.Length, (row, k) => slopes[(row * p) + free[k]]).QR(QRMethod.Thin).Q;
        var influence = Influence(errors, f.Delta, scale);
        var leverage = new double[n];
        foreach (var rows in Enumerable.Range(0, n).GroupBy(i => clusters.Of[i]).Select(g => g.ToArray()))
        {
            var own = Matrix<double>.Build.Dense(rows.Length, free.Length, (row, k) => q[rows[row], k]);
            var shift = own * Away(own.TransposeThisAndMultiply(own), own.TransposeThisAndMultiply(Vector<double>.Build.Dense(rows.Length, row => influence[rows[row]])));
            for (var row = 0; row < rows.Length; row++)
            {
                errors[rows[row]] += shift[row];
                leverage[rows[row]] = Math.Min(own.Row(row).DotProduct(own.Row(row)), 1 - LeastFreedom);
            }
        }

        return new LeaveOneOut(errors, leverage, scale, freedom);
    }

    // ψ(e)/E[ψ'], in the residuals' unit: e itself for squares. Between its turning points Huber's function sees a share erf(δ/(σ√2)) of normal noise.
    private static double[] Influence(double[] errors, double delta, double scale)
    {
        var inside = SpecialFunctions.Erf(delta / (scale * Constants.Sqrt2));
        return double.IsInfinity(delta) ? errors : [.. errors.Select(e => Math.Clamp(e, -delta, delta) / inside)];
    }

    // (I − G)⁻¹·b, with the eigenvalues of I − G kept away from zero.
    private static Vector<double> Away(Matrix<double> gram, Vector<double> b)
    {
        var evd = gram.Evd(Symmetricity.Symmetric);
        var inverse = evd.EigenValues.Map(value => 1 / Math.Max(1 - value.Real, LeastFreedom), Zeros.Include);
        return evd.EigenVectors * inverse.PointwiseMultiply(evd.EigenVectors.TransposeThisAndMultiply(b));
    }
}
