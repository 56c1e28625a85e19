using System.Numerics;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Huber's function of the log residuals, its gradient and its curvature, as a function of a law's coordinates.
/// Divided by its own scale, so that the value is of the order of one whatever delta is and however many rows there are.
/// </summary>
internal sealed class HuberSum
{
    // A log residual of a thousandth is what good runs leave.
    private const double Unit = 1e-3;
    private const int MostParameters = 8;

    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly double[] _weights;
    private readonly double[] _pull;
    private readonly double _scale;

    // One weight per padded row, read at each evaluation: a resample changes them and copies nothing else.
    public HuberSum(FitData data, ScalingLaw law, double[] weights)
    {
        (_data, _law, _weights) = (data, law, weights);
        _pull = new double[weights.Length];
        _scale = 1.0 / (Unit * data.Count);
        (Low, High) = law.Domain(data.MinLoss);
    }

    public int Length => _law.ParameterNames.Count;

    public double[] Low { get; }

    public double[] High { get; }

    /// <summary>Where the function turns from square to straight; infinite = squares.</summary>
    public double Delta { get; set; } = Unit;

    private double Scale => _scale / Math.Min(Delta, Unit);

    public void Clamp(double[] w)
    {
        for (var i = 0; i < w.Length; i++)
        {
            w[i] = Math.Clamp(w[i], Low[i], High[i]);
        }
    }

    public double Evaluate(ReadOnlySpan<double> w, Span<double> gradient)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> sums = stackalloc Vector<double>[MostParameters];
        sums.Clear();
        var value = Vector<double>.Zero;
        var (delta, half) = (new Vector<double>(Delta), new Vector<double>(0.5));
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            var weight = new Vector<double>(_weights, i);
            var r = _law.LogLoss(w, new(_data.X, i), new(_data.Y, i), slope) - new Vector<double>(_data.Z, i);
            var clipped = Vector.Min(Vector.Max(r, -delta), delta);
            value += weight * clipped * (r - (half * clipped));
            for (var k = 0; k < w.Length; k++)
            {
                sums[k] += weight * clipped * slope[k];
            }
        }

        for (var k = 0; k < w.Length; k++)
        {
            gradient[k] = Scale * Vector.Sum(sums[k]);
        }

        return Scale * Vector.Sum(value);
    }

    /// <summary>
    /// The Hessian: Σ ψ'·g·gᵀ exactly, Σ ψ·∇g by differences with ψ held still, so that Huber's kinks never fall between two evaluations.
    /// </summary>
    public void Curvature(ReadOnlySpan<double> w, Span<double> hessian) // (p·p), row-major
    {
        var p = w.Length;
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> products = stackalloc Vector<double>[MostParameters * MostParameters];
        products.Clear();
        var delta = new Vector<double>(Delta);
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            var weight = new Vector<double>(_weights, i);
            var r = _law.LogLoss(w, new(_data.X, i), new(_data.Y, i), slope) - new Vector<double>(_data.Z, i);
            (weight * Vector.Min(Vector.Max(r, -delta), delta)).CopyTo(_pull, i);
            var inside = Vector.ConditionalSelect(Vector.LessThanOrEqual(Vector.Abs(r), delta), weight, Vector<double>.Zero);
            for (var j = 0; j < p; j++)
            {
                for (var k = 0; k <= j; k++)
                {
                    products[(j * p) + k] += inside * slope[j] * slope[k];
                }
            }
        }

        Span<double> shifted = stackalloc double[p];
        Span<double> still = stackalloc double[p];
        Span<double> moved = stackalloc double[p];
        Pulled(w, still);
        for (var j = 0; j < p; j++)
        {
            w.CopyTo(shifted);
            // Inwards at a wall: outside, a loss may not be positive.
            var step = w[j] + 1e-6 <= High[j] ? 1e-6 : -1e-6;
            shifted[j] += step;
            Pulled(shifted, moved);
            for (var k = 0; k < p; k++)
            {
                var product = Vector.Sum(products[(Math.Max(j, k) * p) + Math.Min(j, k)]);
                hessian[(j * p) + k] = Scale * (product + ((moved[k] - still[k]) / step));
            }
        }
    }

    // Σ ψ·g with the ψ of the last curvature.
    private void Pulled(ReadOnlySpan<double> w, Span<double> sum)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> sums = stackalloc Vector<double>[MostParameters];
        sums.Clear();
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            _law.LogLoss(w, new(_data.X, i), new(_data.Y, i), slope);
            var pull = new Vector<double>(_pull, i);
            for (var k = 0; k < w.Length; k++)
            {
                sums[k] += pull * slope[k];
            }
        }

        for (var k = 0; k < w.Length; k++)
        {
            sum[k] = Vector.Sum(sums[k]);
        }
    }
}
