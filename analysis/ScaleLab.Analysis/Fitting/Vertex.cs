using MathNet.Numerics.LinearAlgebra;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// The exact minimum of an objective of straight pieces, from the minimum of a very sharp Huber function. There some residuals are zero, mostly as many
/// as the law has parameters, and hold the rest in balance with multipliers that lie between the slopes of their pieces. Newton's method on these conditions
/// (Murray and Overton 1981, SIAM J. Sci. Stat. Comput. 2, for nonlinear l1), with rows let go or taken up until none is on the wrong side.
/// </summary>
internal static class Vertex
{
    private const int MostRounds = 40;
    private const int MostSteps = 20;

    /// <returns><paramref name="smooth"/> itself where no exact minimum was found near it, or it is none of rows (losses without noise).</returns>
    public static Minimum Polish(FitFunction f, Minimum smooth)
    {
        var p = f.Length;
        var point = smooth.Point.ToArray();
        var (residuals, slopes, pull) = (new double[f.Weights.Length], new double[f.Weights.Length * p], new double[f.Weights.Length]);
        int[] free = [.. Enumerable.Range(0, p).Where(k => point[k] > f.Low[k] && point[k] < f.High[k])];
        f.Residuals(point, residuals, null);
        var start = Sum(f, residuals);
        var zero = new List<int>();
        for (var i = 0; i < residuals.Length; i++)
        {
            // The slope of its piece, or the multiplier that the Huber function already shows.
            pull[i] = f.Weights[i] * Math.Clamp(residuals[i] / f.Delta, -1, f.Above);
            if (f.Weights[i] > 0 && residuals[i] > -f.Delta && residuals[i] < f.Above * f.Delta)
            {
                zero.Add(i);
            }
        }

        for (var round = 0; free.Length > 0 && round < MostRounds && zero.Count <= 4 * p; round++)
        {
            if (!Balance(f, point, free, zero, residuals, slopes, pull))
            {
                return smooth;
            }

            var crossed = Worst(residuals.Length, i => zero.Contains(i) ? 0 : -Math.Sign(pull[i]) * residuals[i], 1e-13);
            var loose = Worst(zero.Count, k => Math.Max(pull[zero[k]] - (f.Above * f.Weights[zero[k]]), -f.Weights[zero[k]] - pull[zero[k]]), 1e-9);
            if (crossed >= 0)
            {
                zero.Add(crossed);
            }
            else if (loose >= 0)
            {
                pull[zero[loose]] = f.Weights[zero[loose]] * (pull[zero[loose]] > 0 ? f.Above : -1);
                zero.RemoveAt(loose);
            }
            else
            {
                return Sum(f, residuals) <= start * (1 + 1e-12) ? Certified(f, smooth, point, free, slopes, pull, zero.Count) : smooth;
            }
        }

        return smooth;
    }

    // Newton's method for: these residuals are zero, and all pulls together are.
    private static bool Balance(FitFunction f, double[] point, int[] free, List<int> zero, double[] residuals, double[] slopes, double[] pull)
    {
        var (p, n) = (f.Length, free.Length);
        var (sum, hessian) = (new double[p], new double[p * p]);
        for (var step = 0; step < MostSteps; step++)
        {
            f.Residuals(point, residuals, slopes);
            f.Bend(point, pull, sum, hessian);
            var system = Matrix<double>.Build.Dense(n + zero.Count, n + zero.Count, (r, c) =>
                r < n && c < n ? (hessian[(free[r] * p) + free[c]] + hessian[(free[c] * p) + free[r]]) / 2
                : r < n ? slopes[(zero[c - n] * p) + free[r]]
                : c < n ? slopes[(zero[r - n] * p) + free[c]]
                : 0);
            var rhs = Vector<double>.Build.Dense(n + zero.Count, r => r < n
                ? -sum[free[r]] + zero.Sum(i => pull[i] * slopes[(i * p) + free[r]])
                : -residuals[zero[r - n]]);

            if (!system.ForAll(double.IsFinite))
            {
                return false;
            }

            // Equal rows make it singular: of all multipliers the shortest.
            var solution = system.PseudoInverse() * rhs;
            var largest = 0.0;
            for (var k = 0; k < n; k++)
            {
                point[free[k]] += solution[k];
                largest = Math.Max(largest, Math.Abs(solution[k]));
            }

            for (var k = 0; k < zero.Count; k++)
            {
                pull[zero[k]] = solution[n + k];
            }

            if (!(largest < 0.1) || free.Any(k => point[k] < f.Low[k] || point[k] > f.High[k]))
            {
                return false;
            }

            if (largest < 1e-13)
            {
                f.Residuals(point, residuals, slopes);
                foreach (var i in zero)
                {
                    residuals[i] = 0;
                }

                return true;
            }
        }

        return false;
    }

    private static Minimum Certified(FitFunction f, Minimum smooth, double[] point, int[] free, double[] slopes, double[] pull, int zeros)
    {
        var (p, none) = (f.Length, new double[f.Length]);
        var (norm, scale) = (0.0, 0.0);
        foreach (var k in free)
        {
            var sum = 0.0;
            for (var i = 0; i < pull.Length; i++)
            {
                sum += pull[i] * slopes[(i * p) + k];
                scale += Math.Abs(pull[i] * slopes[(i * p) + k]);
            }

            norm += sum * sum;
        }

        return smooth with { Point = point, Value = f.Evaluate(point, none), Decrement = 0, Gradient = Math.Sqrt(norm) / scale, Converged = true, ZeroResiduals = zeros };
    }

    private static double Sum(FitFunction f, double[] residuals)
    {
        var sum = 0.0;
        for (var i = 0; i < residuals.Length; i++)
        {
            sum += f.Weights[i] * (residuals[i] > 0 ? f.Above * residuals[i] : -residuals[i]);
        }

        return sum;
    }

    private static int Worst(int count, Func<int, double> by, double tolerance)
    {
        var (worst, most) = (-1, tolerance);
        for (var i = 0; i < count; i++)
        {
            if (by(i) > most)
            {
                (worst, most) = (i, by(i));
            }
        }

        return worst;
    }
}
