using System.Numerics;
using System.Runtime.CompilerServices;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// The objective, its gradient and its curvature, as a function of a law's coordinates. Divided by its own scale, so that the value is of the order
/// of one whatever delta is and however many rows there are. One per thread: it keeps a column of its own.
/// </summary>
internal sealed class FitFunction
{
    // A residual of a thousandth is what good runs leave.
    private const double Unit = 1e-3;
    private const int MostParameters = 8;

    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly double[] _weights;
    private readonly double[] _target;
    private readonly double[] _pull;
    private readonly double _scale;
    private readonly double _above;
    private readonly bool _ofLogs;

    // One weight per padded row, read at each evaluation: a resample changes them and copies nothing else.
    public FitFunction(FitData data, ScalingLaw law, Objective objective, double[]? weights = null)
    {
        (_data, _law, _weights) = (data, law, weights ?? data.Weights);
        (_ofLogs, _above, IsStraight) = (objective.OfLogs, objective.Above, objective.IsStraight);
        _target = data.Target(_ofLogs);
        _pull = new double[_weights.Length];
        _scale = 1.0 / (Unit * data.Count);
        (Low, High) = law.Domain(data.MinLoss, data.Centre);
        Deltas = [.. objective.Deltas(_ofLogs ? 1 : Math.Exp(data.Centre.Loss))];
        Delta = Deltas[0];
    }

    public bool IsStraight { get; }

    public double[] Weights => _weights;

    /// <summary>What the law is compared with, one per padded row.</summary>
    public double[] Target => _target;

    /// <summary>How much steeper the objective is above the loss than below it.</summary>
    public double Above => _above;

    public int Length => _law.ParameterNames.Count;

    public double[] Low { get; }

    public double[] High { get; }

    /// <summary>To be minimised with, one after the other; the last one is the objective's own, or as good as that.</summary>
    public List<double> Deltas { get; }

    /// <summary>Where the function turns from square to straight; infinite = squares.</summary>
    public double Delta { get; set; }

    private double Scale => _scale / Math.Min(Delta, Unit);

    public void Clamp(double[] w)
    {
        for (var i = 0; i < w.Length; i++)
        {
            w[i] = Math.Clamp(w[i], Low[i], High[i]);
        }
    }

    /// <summary>Whether coordinate <paramref name="i"/> lies at a wall through which the function would fall; a pinned one always does.</summary>
    public bool IsHeld(int i, double at, double gradient) =>
        Low[i] == High[i] || (at <= Low[i] && gradient > 0) || (at >= High[i] && gradient < 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Evaluate(ReadOnlySpan<double> w, Span<double> gradient)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> sums = stackalloc Vector<double>[MostParameters];
        sums.Clear();
        var value = Vector<double>.Zero;
        var (low, high, half) = (new Vector<double>(-Delta), new Vector<double>(_above * Delta), new Vector<double>(0.5));
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            var weight = new Vector<double>(_weights, i);
            var r = Residual(w, i, slope);
            var clipped = Vector.Min(Vector.Max(r, low), high);
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

    /// <summary>The Hessian: Σ ψ'·g·gᵀ + Σ ψ·∇g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Curvature(ReadOnlySpan<double> w, Span<double> hessian) // (p·p), row-major
    {
        var p = w.Length;
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> products = stackalloc Vector<double>[MostParameters * MostParameters];
        products.Clear();
        var (low, high, exact) = (new Vector<double>(-Delta), new Vector<double>(_above * Delta), true);
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            var weight = new Vector<double>(_weights, i);
            var loss = Loss(w, i, slope);
            var r = _ofLogs ? Vector.Log(loss) - new Vector<double>(_target, i) : loss - new Vector<double>(_target, i);
            var clipped = Vector.Min(Vector.Max(r, low), high);
            var inside = Vector.ConditionalSelect(Vector.Equals(clipped, r), weight, Vector<double>.Zero);
            exact &= Bend(w, i, slope, loss, weight * clipped, inside, products);
        }

        Gather(products, hessian, p);
        if (!exact)
        {
            Differences(w, hessian);
        }

        for (var k = 0; k < p * p; k++)
        {
            hessian[k] *= Scale;
        }
    }

    /// <summary>Σ pull·∇g for any numbers, one per padded row, and with them Σ pull·g.</summary>
    public void Bend(ReadOnlySpan<double> w, double[] pull, Span<double> sum, Span<double> hessian)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> products = stackalloc Vector<double>[MostParameters * MostParameters];
        products.Clear();
        var exact = true;
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            var loss = Loss(w, i, slope);
            exact &= Bend(w, i, slope, loss, new(pull, i), Vector<double>.Zero, products);
        }

        Gather(products, hessian, w.Length);
        pull.CopyTo(_pull, 0);
        if (!exact)
        {
            Differences(w, hessian);
        }

        Pulled(w, sum);
    }

    /// <summary>Residuals and their gradients, row by row.</summary>
    /// <param name="w">Coordinates.</param>
    /// <param name="residuals">One per padded row.</param>
    /// <param name="slopes">Null, or (padded rows · p).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Residuals(ReadOnlySpan<double> w, double[] residuals, double[]? slopes)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        for (var i = 0; i < residuals.Length; i += Vector<double>.Count)
        {
            Residual(w, i, slope).CopyTo(residuals, i);
            for (var lane = 0; slopes is not null && lane < Vector<double>.Count; lane++)
            {
                for (var k = 0; k < w.Length; k++)
                {
                    slopes[((i + lane) * w.Length) + k] = slope[k][lane];
                }
            }
        }
    }

    // Adds pull·∇g + inside·g·gᵀ of some rows, g being the gradient of L or of ln L; where the law has no ∇g, keeps the pull for differences.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Bend(
        ReadOnlySpan<double> w, int row, Span<Vector<double>> slope, Vector<double> loss, Vector<double> pull, Vector<double> inside, Span<Vector<double>> products)
    {
        var p = w.Length;
        pull.CopyTo(_pull, row);
        var exact = _law.Bend(w, new(_data.X, row), new(_data.Y, row), slope, _ofLogs ? pull / loss : pull, products);
        var outer = inside;
        if (_ofLogs)
        {
            // ∇∇ ln L = ∇∇L / L − g·gᵀ
            var square = Vector<double>.One / (loss * loss);
            outer = exact ? (inside - pull) * square : inside * square;
        }

        for (var j = 0; j < p; j++)
        {
            var line = outer * slope[j];
            for (var k = 0; k <= j; k++)
            {
                products[(j * p) + k] += line * slope[k];
            }
        }

        return exact;
    }

    private static void Gather(ReadOnlySpan<Vector<double>> products, Span<double> hessian, int p)
    {
        for (var j = 0; j < p; j++)
        {
            for (var k = 0; k <= j; k++)
            {
                hessian[(j * p) + k] = hessian[(k * p) + j] = Vector.Sum(products[(j * p) + k]);
            }
        }
    }

    // Σ pull·∇g by differences of Σ pull·g: with the pull held still, Huber's kinks never fall between two evaluations.
    private void Differences(ReadOnlySpan<double> w, Span<double> hessian)
    {
        var p = w.Length;
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
                hessian[(j * p) + k] += (moved[k] - still[k]) / step;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pulled(ReadOnlySpan<double> w, Span<double> sum)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[MostParameters];
        Span<Vector<double>> sums = stackalloc Vector<double>[MostParameters];
        sums.Clear();
        for (var i = 0; i < _weights.Length; i += Vector<double>.Count)
        {
            Residual(w, i, slope);
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

    private Vector<double> Loss(ReadOnlySpan<double> w, int row, Span<Vector<double>> slope) =>
        _law.Value(w, new(_data.X, row), new(_data.Y, row), new(_data.Epochs, row), slope);

    private Vector<double> Residual(ReadOnlySpan<double> w, int row, Span<Vector<double>> slope)
    {
        var loss = Loss(w, row, slope);
        var target = new Vector<double>(_target, row);
        if (!_ofLogs)
        {
            return loss - target;
        }

        var inverse = Vector<double>.One / loss;
        for (var k = 0; k < w.Length; k++)
        {
            slope[k] *= inverse;
        }

        return Vector.Log(loss) - target;
    }
}
