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

    /// <param name="f">Rows with weight 1, or 0 where the fit has not seen them; its delta is the objective's.</param>
    /// <param name="point">The minimum.</param>
    /// <param name="clusters">Of the rows.</param>
    public static LeaveOneOut Of(FitFunction f, double[] point, Clusters clusters) => Of(new FittedRows(f, point, clusters))[0];

    /// <summary>Of fits with one parameter in common, which moves less when a cluster is left out than it would in each of them alone. A cluster has one number in all of them.</summary>
    public static IReadOnlyList<LeaveOneOut> Of(params IReadOnlyList<FittedRows> fits)
    {
        LeaveOneOut[] left = [.. fits.Select(f => new LeaveOneOut([.. f.Errors], new double[f.Count], f.Scale))];
        if (!fits.All(f => f.HasLeverage))
        {
            return left;
        }

        Row[] rows = [.. from f in fits.Index() from i in Enumerable.Range(0, f.Item.Count) select new Row(f.Item, left[f.Index], i, Math.Sqrt(f.Item.Bend / fits[0].Bend))];
        var q = Orthonormal(fits, rows);
        foreach (var group in Enumerable.Range(0, rows.Length).GroupBy(i => rows[i].IsSeen ? rows[i].Cluster : -1 - i).Select(g => g.ToArray()))
        {
            if (group is [var single])
            {
                // (I − q·qᵀ)⁻¹ stretches q by 1/(1 − |q|²).
                var leverage = q.Row(single).DotProduct(q.Row(single));
                var stretched = rows[single].IsSeen ? leverage / Math.Max(1 - leverage, LeastFreedom) : leverage;
                rows[single].Leave(rows[single].Weight * stretched * rows[single].Pull, stretched);
                continue;
            }

            var own = Matrix<double>.Build.Dense(group.Length, q.ColumnCount, (row, k) => q[group[row], k]);
            var away = Away(own.TransposeThisAndMultiply(own));
            var shift = own * (away * own.TransposeThisAndMultiply(Vector<double>.Build.Dense(group.Length, row => rows[group[row]].Pull)));
            for (var row = 0; row < group.Length; row++)
            {
                rows[group[row]].Leave(shift[row], (own.Row(row) * away).DotProduct(own.Row(row)));
            }
        }

        return left;
    }

    // The Jacobian in coordinates where its seen rows are orthonormal: there q·qᵀ is the hat matrix. Each fit has columns of its own behind the common one.
    private static Matrix<double> Orthonormal(IReadOnlyList<FittedRows> fits, Row[] rows)
    {
        var common = fits.All(f => f.CommonIsFree) ? 1 : 0;
        var jacobian = Matrix<double>.Build.Dense(rows.Length, common + fits.Sum(f => f.Free.Length));
        for (var i = 0; i < rows.Length; i++)
        {
            var (fit, _, row, root) = rows[i];
            if (common > 0)
            {
                jacobian[i, 0] = root * fit.CommonSlope(row);
            }

            var first = common + fits.TakeWhile(f => f != fit).Sum(f => f.Free.Length);
            foreach (var (k, parameter) in fit.Free.Index())
            {
                jacobian[i, first + k] = root * fit.Slope(row, parameter);
            }
        }

        var qr = Matrix<double>.Build.Dense(rows.Length, jacobian.ColumnCount, (row, k) => rows[row].Weight * jacobian[row, k]).QR(QRMethod.Thin);
        return rows.All(r => r.IsSeen) ? qr.Q : jacobian * qr.R.Inverse();
    }

    // (I − G)⁻¹, with the eigenvalues of I − G kept away from zero.
    private static Matrix<double> Away(Matrix<double> gram)
    {
        var evd = gram.Evd(Symmetricity.Symmetric);
        var inverse = Matrix<double>.Build.DenseOfDiagonalVector(evd.EigenValues.Map(value => 1 / Math.Max(1 - value.Real, LeastFreedom), Zeros.Include));
        return evd.EigenVectors * inverse * evd.EigenVectors.Transpose();
    }

    // One row of one fit; the root of how much its objective bends beside the first fit's.
    private readonly record struct Row(FittedRows Fit, LeaveOneOut Left, int Index, double Root)
    {
        public bool IsSeen => Fit.IsSeen(Index);

        public double Weight => Fit.Weight(Index);

        public int Cluster => Fit.Cluster(Index);

        public double Pull => Root * Fit.Influence[Index];

        public void Leave(double shift, double stretch)
        {
            Left.Residuals[Index] += shift / Root;
            Left.Prediction[Index] = Fit.Inefficiency * stretch;
        }
    }
}
