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

    // Of exponents and logarithms of scales beside a gamma, which may be small.
    private static readonly (double, double) Exponents = (1e-4, 1e3);
    private static readonly (double, double) LogScales = (-1e4, 1e4);

    // The others follow the probe along a tangent; two steps keep them in their valley.
    private static readonly double[] Steps = [0.5, 1];

    // Of a curve's side, and how far above the limit it ends, as a multiple.
    private const int CurveSteps = 16;
    private const double MostDeviance = 1.6;

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

    /// <summary>The deviance on both sides of the estimate.</summary>
    /// <returns>Null where the parameter is not free.</returns>
    public ProfileCurve? Curve(int k)
    {
        var (f, law, start) = Function(k);
        if (f.Low[k] == f.High[k])
        {
            return null;
        }

        // Where the objective is straight, its own minimum is not quite that of the rounded one that has a likelihood.
        var minimum = Minimizer.Polish(f, start.AsSpan());
        var best = new ProfilePoint(Value(law, minimum.Point, k), 0);
        var (below, above) = (Side(k, minimum, below: true), Side(k, minimum, below: false));
        var points = below.AsEnumerable().Reverse().Append(best).Concat(above).ToList();
        return points.All(p => double.IsFinite(p.Value) && double.IsFinite(p.Deviance))
            ? new ProfileCurve(_law.ParameterNames[k], best.Value, points, _limit, Crossing([best, .. below]), Crossing([best, .. above]))
            : null;
    }

    // Ever longer steps until the deviance says enough show how far to go; even steps as far as that make the curve.
    private List<ProfilePoint> Side(int k, Minimum minimum, bool below)
    {
        var ((f, law, _), start) = (Function(k), minimum.Point);
        var end = Probe(f, law, start, k, below);
        if (end == start[k])
        {
            return [];
        }

        var most = MostDeviance * _limit;
        List<(double At, double Value, double Deviance)> reach = [(start[k], 0, 0), .. Walk(f, law, start, k, minimum.Value, Enumerable.Range(-10, 11).Select(i => start[k] + (Math.Pow(2, i) * (end - start[k]))), most)];
        var (last, before) = (reach[^1], reach[^2]);
        if (last.Deviance > most)
        {
            // Deviances are nearly squares: their roots are nearly straight.
            end = before.At + ((last.At - before.At) * Share(before.Deviance, last.Deviance, most));
        }

        return Walk(f, law, start, k, minimum.Value, Enumerable.Range(1, CurveSteps).Select(i => start[k] + (i * (end - start[k]) / CurveSteps)), double.PositiveInfinity).ConvertAll(p => new ProfilePoint(p.Value, p.Deviance));
    }

    private double? Crossing(IReadOnlyList<ProfilePoint> outwards)
    {
        for (var i = 1; i < outwards.Count; i++)
        {
            var (a, b) = (outwards[i - 1], outwards[i]);
            if (b.Deviance >= _limit)
            {
                return a.Value + ((b.Value - a.Value) * Share(a.Deviance, b.Deviance, _limit));
            }
        }

        return null;
    }

    private static double Share(double low, double high, double at)
    {
        var root = Math.Sqrt(Math.Max(0, low));
        return (Math.Sqrt(at) - root) / (Math.Sqrt(high) - root);
    }

    private bool IsOpen(int k, bool below)
    {
        var (f, law, start) = Function(k);
        if (f.Low[k] == f.High[k])
        {
            return false;
        }

        var end = Probe(f, law, start, k, below);
        var least = f.Evaluate(start, new double[f.Length]);
        return end == start[k] || Walk(f, law, start, k, least, Steps.Select(step => start[k] + (step * (end - start[k]))), double.PositiveInfinity)[^1].Deviance < _limit;
    }

    // A and B are coordinates only where logarithms are not centred, and what a fit moves as a product only where it stands alone.
    private (FitFunction F, ScalingLaw Law, double[] Estimate) Function(int k)
    {
        var data = IsScale(k) ? _data.AtOrigin() : _data;
        var law = _law.Multiplier(k) is { } by ? new NaturalCoordinate(_law, k, by, IsScale(k) ? data.Centre.Loss : 0, IsScale(k) ? LogScales : Exponents) : _law;
        var f = new FitFunction(data, law, _objective) { Delta = _delta };
        var estimate = new double[f.Length];
        law.Place(_surface.Parameters.AsSpan(), data.Centre, estimate);
        return (f, law, estimate);
    }

    private bool IsScale(int k) => k == _law.Form.A || k == _law.Form.B;

    // Where a side is judged, as a coordinate.
    private double Probe(FitFunction f, ScalingLaw law, double[] estimate, int k, bool below)
    {
        var factor = IsScale(k) ? FactorOfScale : FactorOfShape;
        var (moved, probe) = (new double[f.Length], new double[f.Length]);
        law.Restore(estimate, Centre(k), moved);
        moved[k] *= below ? 1 / factor : factor;
        law.Place(moved, Centre(k), probe);
        return Math.Clamp(probe[k], f.Low[k], f.High[k]);
    }

    private Centre Centre(int k) => IsScale(k) ? _data.Centre with { N = 0, D = 0 } : _data.Centre;

    private double Value(ScalingLaw law, double[] point, int k)
    {
        var parameters = new double[point.Length];
        law.Restore(point, Centre(k), parameters);
        return parameters[k];
    }

    // Holds coordinate k at one place after the other and refits the others, each time from where the last refit and the tangent lead.
    private List<(double At, double Value, double Deviance)> Walk(FitFunction f, ScalingLaw law, double[] estimate, int k, double least, IEnumerable<double> places, double enough)
    {
        var (low, high) = (f.Low[k], f.High[k]);
        var (start, tangent) = ((double[])estimate.Clone(), Tangent(f, estimate, k));
        var walked = new List<(double, double, double)>();
        foreach (var at in places)
        {
            for (var i = 0; i < start.Length; i++)
            {
                start[i] += tangent[i] * (at - start[k]);
            }

            (f.Low[k], f.High[k], start[k]) = (at, at, at);
            var minimum = Minimizer.Polish(f, start.AsSpan());
            start = minimum.Point;
            walked.Add((at, Value(law, start, k), _perLog * Math.Log(minimum.Value / least)));
            if (walked[^1].Item3 > enough)
            {
                break;
            }
        }

        (f.Low[k], f.High[k]) = (low, high);
        return walked;
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
