using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// How well the data tell a parameter: the objective's noise model (Laplace where it counts absolute values, Gaussian where it counts squares; scale
/// estimated) and, with the parameter held at a probe and all others refitted, twice the loss of log likelihood.
/// A side is open where even the probe, a factor of 2 away (E and exponents) or 10 (A and B, which are losses extrapolated to one parameter and one token
/// and so move by decades where exponents move by hundredths), is within the level's χ² quantile of the best. Open on both sides is <c>no</c>.
/// </summary>
internal sealed class Profile
{
    private const double FactorOfShape = 2;
    private const double FactorOfScale = 10;

    // The others follow the probe along a tangent; two steps keep them in their valley.
    private static readonly double[] Steps = [0.5, 1];

    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly Objective _objective;
    private readonly LossSurface _surface;
    private readonly double _delta;
    private readonly double _perLog;
    private readonly double _limit;

    /// <param name="data">All rows.</param>
    /// <param name="law">As fitted.</param>
    /// <param name="objective">As minimised.</param>
    /// <param name="clusters">Shared noise makes rows worth less: deviances are divided by the design effect.</param>
    /// <param name="estimate">Coordinates of the minimum.</param>
    /// <param name="level">Of the verdict.</param>
    public Profile(FitData data, ScalingLaw law, Objective objective, Clusters clusters, double[] estimate, double level)
    {
        (_data, _law, _objective) = (data, law, objective);
        _surface = ParametricFit.Surface(law, estimate, data.Centre);
        var f = new FitFunction(data, law, objective);
        var errors = LeaveOneOut.Of(f, estimate, Clusters.Rows(data.Count));
        _delta = objective.IsStraight ? Math.Max(errors.Scale / 10, f.Deltas[^1]) : f.Deltas[^1];
        Noise = _delta < errors.Scale ? "laplace" : "gaussian";
        Scale = Noise == "laplace" ? errors.Scale / Math.Sqrt(Math.PI / 2) : errors.Scale;
        _perLog = (Noise == "laplace" ? 2 : 1) * data.Count / clusters.DesignEffect(errors.Residuals);
        _limit = ChiSquared.InvCDF(1, level);
    }

    /// <summary><c>laplace</c> or <c>gaussian</c>.</summary>
    public string Noise { get; }

    /// <summary>Of that noise: the mean absolute or the root mean square residual, in the unit of the objective's residuals.</summary>
    public double Scale { get; }

    public IReadOnlyDictionary<string, Identified> Verdicts() =>
        Enumerable.Range(0, _law.ParameterNames.Count).ToDictionary(k => _law.ParameterNames[k], k => (IsOpen(k, below: true), IsOpen(k, below: false)) switch
        {
            (false, false) => Identified.Yes,
            (true, false) => Identified.OpenBelow,
            (false, true) => Identified.OpenAbove,
            _ => Identified.No,
        });

    private bool IsOpen(int k, bool below)
    {
        // A and B are coordinates only where logarithms are not centred.
        var isScale = k == _law.Form.A || k == _law.Form.B;
        var data = isScale ? _data.AtOrigin() : _data;
        var f = new FitFunction(data, _law, _objective) { Delta = _delta };
        var (start, probe) = (new double[f.Length], new double[f.Length]);
        _law.Place(_surface.Parameters.AsSpan(), data.Centre, start);
        var factor = isScale ? FactorOfScale : FactorOfShape;
        double[] moved = [.. _surface.Parameters];
        moved[k] *= below ? 1 / factor : factor;
        _law.Place(moved, data.Centre, probe);
        var end = Math.Clamp(probe[k], f.Low[k], f.High[k]);
        if (f.Low[k] == f.High[k])
        {
            return false;
        }

        var least = f.Evaluate(start, new double[f.Length]);
        if (end == start[k])
        {
            return true;
        }

        var tangent = Tangent(f, start, k);
        var begin = start[k];
        var deviance = 0.0;
        foreach (var step in Steps)
        {
            var at = begin + (step * (end - begin));
            for (var i = 0; i < start.Length; i++)
            {
                start[i] += tangent[i] * (at - start[k]);
            }

            (f.Low[k], f.High[k], start[k]) = (at, at, at);
            var minimum = Minimizer.Polish(f, start.AsSpan());
            start = minimum.Point;
            deviance = _perLog * Math.Log(minimum.Value / least);
        }

        return deviance < _limit;
    }

    // How the other free coordinates give way to coordinate k: the regression of its column of the Jacobian on theirs.
    private double[] Tangent(FitFunction f, double[] point, int k)
    {
        var p = f.Length;
        var (residuals, slopes, tangent) = (new double[f.Weights.Length], new double[f.Weights.Length * p], new double[p]);
        f.Residuals(point, residuals, slopes);
        int[] others = [.. Enumerable.Range(0, p).Where(i => i != k && point[i] > f.Low[i] && point[i] < f.High[i])];
        var slope = Matrix<double>.Build.Dense(_data.Count, others.Length, (row, i) => slopes[(row * p) + others[i]])
            .Solve(Vector<double>.Build.Dense(_data.Count, row => slopes[(row * p) + k]));
        for (var i = 0; i < others.Length; i++)
        {
            tangent[others[i]] = double.IsFinite(slope[i]) ? -slope[i] : 0;
        }

        return tangent;
    }
}
