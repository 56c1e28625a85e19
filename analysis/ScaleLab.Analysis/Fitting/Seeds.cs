using MathNet.Numerics.LinearAlgebra;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Where to start. For given exponents (and, where γ is free, given γ and E) the law is linear in what remains, so a grid over them with a linear solve in
/// each cell (variable projection: Golub and Pereyra 1973) sees the whole landscape; thousands of random starts mostly miss the minimum.
/// All inner products that all cells need are one matrix product.
/// </summary>
internal sealed class Seeds
{
    private const int Cells = 24;
    private const int Block = 4;
    private const int MostRows = 4096;
    private const double LeastExponent = 0.02;
    private const double MostExponent = 11;

    private static readonly double[] Gammas = [0.1, 0.2, 0.35, 0.6, 1, 1.6, 3];
    private static readonly double[] Floors = [0, 0.3, 0.5, 0.7, 0.85, 0.95];

    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly PowerForm _form;
    private readonly double[] _exponents;
    private readonly Dictionary<(int, int, double), (double Misfit, double[] Point)> _best = [];

    private Seeds(FitData data, ScalingLaw law, double offset)
    {
        (_data, _law, _form) = (data.Thinned(MostRows), law, law.Form);
        var step = Math.Pow(MostExponent / LeastExponent, 1.0 / Cells);
        _exponents = [.. Enumerable.Range(0, Cells).Select(i => LeastExponent * Math.Pow(step, i + offset))];
    }

    /// <param name="data">All rows; many are thinned.</param>
    /// <param name="law">The law.</param>
    /// <param name="objective">By which the seeds are ranked.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="offset">Of the grid, in [0, 1) of its step.</param>
    /// <returns>Coordinates of good cells from different regions of the grid, best first.</returns>
    public static IReadOnlyList<double[]> Find(FitData data, ScalingLaw law, Objective objective, int count, double offset)
    {
        var seeds = new Seeds(data, law, offset);
        foreach (var gamma in seeds._form.HasGamma ? Gammas : [1])
        {
            foreach (var floor in seeds._form is { HasGamma: true, HasFloor: true } ? Floors : [0])
            {
                seeds.Scan(gamma, floor * data.MinLoss);
            }
        }

        var f = new FitFunction(seeds._data, law, objective);
        var none = new double[f.Length];
        return
        [
            .. seeds._best.Values.SelectMany(cell => law.Starts(cell.Point)).Select(point =>
            {
                f.Clamp(point);
                return (Point: point, Value: f.Evaluate(point, none));
            }).Where(seed => double.IsFinite(seed.Value)).OrderBy(seed => seed.Value).Take(count).Select(seed => seed.Point),
        ];
    }

    // (L − E)^(1/γ) = A·N^(−α/γ) + B·D^(−β/γ) is linear in A and B, and in E where γ = 1. Rows are weighted so that the misfit is that of ln L.
    private void Scan(double gamma, double floor)
    {
        var (m, rows) = (Cells, _data.Count);
        var linear = _form.HasFloor && !_form.HasGamma;
        double[] target = [.. Enumerable.Range(0, rows).Select(r => Math.Pow(_data.Loss[r] - floor, 1 / gamma))];
        double[] weight = [.. Enumerable.Range(0, rows).Select(r => gamma * (_data.Loss[r] - floor) / (_data.Loss[r] * target[r]))];
        var table = Matrix<double>.Build.Dense(rows, (2 * m) + 2, (r, column) => weight[r] * (column < m ? Math.Exp(-_exponents[column] / gamma * _data.X[r])
            : column < 2 * m ? Math.Exp(-Second(column - m, gamma) / gamma * _data.Y[r])
            : column == 2 * m ? target[r] : 1));
        var gram = table.TransposeThisAndMultiply(table);
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < (_form.HasSecondTerm ? m : 1); j++)
            {
                if ((_form.Beta == _form.Alpha && i != j) || (_form.Beta == _form.Gamma && _form.HasGamma && j > 0))
                {
                    continue;
                }

                int[] columns = (_form.HasSecondTerm, linear) switch { (true, true) => [i, m + j, (2 * m) + 1], (true, false) => [i, m + j], (false, true) => [i, (2 * m) + 1], _ => [i] };
                var (solution, misfit) = Project(gram, columns, 2 * m);
                var key = (i / Block, j / Block, gamma);
                if (double.IsFinite(misfit) && !(_best.TryGetValue(key, out var best) && best.Misfit <= misfit))
                {
                    _best[key] = (misfit, Point(solution, _exponents[i], Second(j, gamma), gamma, linear ? solution[^1] : floor));
                }
            }
        }
    }

    // Where β = γ, there is no grid of it.
    private double Second(int cell, double gamma) => _form.HasGamma && _form.Beta == _form.Gamma ? gamma : _exponents[cell];

    private double[] Point(double[] solution, double alpha, double beta, double gamma, double floor)
    {
        var point = new double[Coordinates];
        void Put(int place, double value)
        {
            if (place != PowerForm.Absent)
            {
                point[place] = value;
            }
        }

        Put(_form.E, Math.Min(floor, 0.99 * _data.MinLoss));
        Put(_form.A, gamma * Math.Log(solution[0]));
        Put(_form.B, _form.HasSecondTerm ? gamma * Math.Log(solution[1]) : 0);
        Put(_form.Gamma, gamma);
        Put(_form.Alpha, alpha);
        Put(_form.Beta, beta);
        return point;
    }

    // Without what a law adds to the shape.
    private int Coordinates => 1 + new[] { _form.E, _form.A, _form.B, _form.Alpha, _form.Beta, _form.Gamma }.Max();

    private static (double[] Solution, double Misfit) Project(Matrix<double> gram, int[] columns, int target)
    {
        var n = columns.Length;
        Span<double> normal = stackalloc double[n * n];
        Span<double> rhs = stackalloc double[n];
        for (var j = 0; j < n; j++)
        {
            for (var k = 0; k <= j; k++)
            {
                normal[(j * n) + k] = gram[columns[j], columns[k]];
            }

            // A trace of ridge: neighbouring columns are nearly parallel where an exponent is small.
            normal[(j * n) + j] *= 1 + 1e-9;
            rhs[j] = gram[columns[j], target];
        }

        // A negative term has no place in the law; a small positive one lets the descent decide.
        var solved = Cholesky.Solve(normal, rhs);
        var solution = new double[n];
        for (var j = 0; j < n; j++)
        {
            var least = 1e-3 * Math.Sqrt(gram[target, target] / gram[columns[j], columns[j]]);
            solution[j] = solved && rhs[j] > least ? rhs[j] : least;
        }

        var misfit = gram[target, target];
        for (var j = 0; j < n; j++)
        {
            misfit -= 2 * solution[j] * gram[columns[j], target];
            for (var k = 0; k < n; k++)
            {
                misfit += solution[j] * solution[k] * gram[columns[j], columns[k]];
            }
        }

        return (solution, misfit);
    }
}
