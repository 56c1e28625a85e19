using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace ScaleLab.Analysis.Fitting;

/// <param name="Point">Coordinates inside the law's domain.</param>
/// <param name="Value">Of <see cref="FitFunction"/>.</param>
/// <param name="Decrement">By how much one more Newton step would lower the value, relative to it: the distance to the minimum in no unit at all.</param>
/// <param name="Gradient">Its norm over the coordinates that no wall holds, relative to the value.</param>
/// <param name="Converged">The decrement is negligible.</param>
internal sealed record Minimum(double[] Point, double Value, double Decrement, double Gradient, bool Converged)
{
    /// <summary>Where the objective is of straight pieces and the minimum an exact one: how many residuals are zero there.</summary>
    public int? ZeroResiduals { get; init; }
}

internal static class Minimizer
{
    /// <summary>A noise-free fit has no value to be relative to; this is what log residuals of 1e-8 leave.</summary>
    public const double Nothing = 1e-10;

    private const int MostSteps = 500;
    private const int MostDampings = 30;
    private const int MostHalvings = 12;

    /// <summary>Quasi-Newton from afar, Newton at the end. Never throws: a failed descent is a <see cref="Minimum"/> that has not converged.</summary>
    public static Minimum Minimize(FitFunction f, ReadOnlySpan<double> seed)
    {
        f.Delta = f.Deltas[0];
        return Polish(f, Descend(f, seed).AsSpan());
    }

    /// <summary>Newton's method from a point that is near, one after the other for each delta of the objective; then to the vertex where it has one.</summary>
    public static Minimum Polish(FitFunction f, double[] start)
    {
        var minimum = new Minimum(start, 0, 0, 0, false);
        foreach (var delta in f.Deltas)
        {
            f.Delta = delta;
            var next = Polish(f, minimum.Point.AsSpan());
            if (minimum.Converged && !next.Converged)
            {
                // So sharp that Newton's method loses its way: the last minimum shows the vertex too.
                f.Delta = f.Deltas[f.Deltas.IndexOf(delta) - 1];
                var exact = Vertex.Polish(f, minimum);
                return exact.ZeroResiduals is null ? next : exact;
            }

            minimum = next;
        }

        return f.IsStraight ? Vertex.Polish(f, minimum) : minimum;
    }

    /// <summary>Newton's method with Levenberg damping in the domain's box.</summary>
    public static Minimum Polish(FitFunction f, ReadOnlySpan<double> start)
    {
        var p = f.Length;
        var point = start.ToArray();
        f.Clamp(point);
        var (gradient, trial, trialGradient) = (new double[p], new double[p], new double[p]);
        var hessian = new double[p * p];
        var value = f.Evaluate(point, gradient);
        var (damping, expected) = (0.0, double.PositiveInfinity);
        for (var iteration = 0; iteration < MostSteps && expected > 1e-15 * (value + Nothing); iteration++)
        {
            f.Curvature(point, hessian);
            var lowered = false;
            for (var attempt = 0; attempt < MostDampings && !lowered; attempt++)
            {
                if (NewtonStep.Try(f, point, gradient, hessian, damping, trial))
                {
                    expected = Gain(point, trial, gradient);
                    for (var halving = 0; halving < MostHalvings && !lowered; halving++)
                    {
                        var next = f.Evaluate(trial, trialGradient);
                        lowered = next < value;
                        if (lowered)
                        {
                            value = next;
                            (point, trial) = (trial, point);
                            (gradient, trialGradient) = (trialGradient, gradient);
                        }
                        else
                        {
                            Halve(point, trial);
                        }
                    }
                }

                damping = lowered ? (damping < 1e-8 ? 0 : damping / 10) : Math.Max(damping * 10, 1e-9);
            }

            if (!lowered)
            {
                break;
            }
        }

        var norm = FreeNorm(f, point, gradient) / (value + Nothing);

        // Straight pieces may leave a flat floor, on which nothing is to be gained and no curvature says so.
        var decrement = norm < 1e-10 ? 0 : Certify(f, point, gradient, hessian, trial) / (value + Nothing);
        return new Minimum(point, value, decrement, norm, double.IsFinite(value) && decrement < 1e-7);
    }

    // What one more step would gain, all but undamped; infinite where the function does not curve upwards.
    private static double Certify(FitFunction f, double[] point, double[] gradient, double[] hessian, double[] trial)
    {
        f.Curvature(point, hessian);
        for (var damping = 1e-12; damping < 1e-4; damping *= 10)
        {
            if (NewtonStep.Try(f, point, gradient, hessian, damping, trial))
            {
                return Gain(point, trial, gradient);
            }
        }

        return double.PositiveInfinity;
    }

    private static double[] Descend(FitFunction f, ReadOnlySpan<double> seed)
    {
        var (point, gradient) = (seed.ToArray(), new double[seed.Length]);
        var (best, least) = (seed.ToArray(), double.PositiveInfinity);

        // Outside the box the function goes on as its value at the wall.
        (double, Vector<double>) Walled(Vector<double> w)
        {
            w.ToArray().CopyTo(point, 0);
            f.Clamp(point);
            var value = f.Evaluate(point, gradient);
            if (value < least)
            {
                least = value;
                point.CopyTo(best, 0);
            }

            return (value, Vector<double>.Build.Dense(gradient.Length, i => w[i] == point[i] ? gradient[i] : 0));
        }

        try
        {
            new BfgsMinimizer(1e-6, 1e-9, 1e-9, MostSteps).FindMinimum(ObjectiveFunction.Gradient(Walled), Vector<double>.Build.Dense(seed.ToArray()));
        }
        catch (Exception e) when (e is OptimizationException or ArgumentException)
        {
            // The library throws where it runs out of iterations or its line search stalls: the best point so far is a start for Newton all the same.
        }

        return best;
    }

    private static double FreeNorm(FitFunction f, double[] point, double[] gradient)
    {
        var sum = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            sum += f.IsHeld(i, point[i], gradient[i]) ? 0 : gradient[i] * gradient[i];
        }

        return Math.Sqrt(sum);
    }

    // Back towards the point: the quadratic ends at the next of Huber's kinks.
    private static void Halve(double[] point, double[] trial)
    {
        for (var i = 0; i < point.Length; i++)
        {
            trial[i] = (point[i] + trial[i]) / 2;
        }
    }

    private static double Gain(double[] point, double[] trial, double[] gradient)
    {
        var sum = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            sum += gradient[i] * (point[i] - trial[i]) / 2;
        }

        return Math.Abs(sum);
    }
}
