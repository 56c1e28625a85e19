using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace ScaleLab.Analysis.Fitting;

/// <param name="Point">Coordinates inside the law's domain.</param>
/// <param name="Value">Of <see cref="HuberSum"/>.</param>
/// <param name="Decrement">By how much one more Newton step would lower the value, relative to it: the distance to the minimum in no unit at all.</param>
/// <param name="Converged">The decrement is negligible.</param>
internal sealed record Minimum(double[] Point, double Value, double Decrement, bool Converged);

internal static class Minimizer
{
    // A noise-free fit has no value to be relative to; this is what log residuals of 1e-8 leave.
    private const double Nothing = 1e-10;
    private const int MostSteps = 500;
    private const int MostDampings = 30;
    private const int MostHalvings = 12;

    /// <summary>Quasi-Newton from afar, Newton at the end. Never throws: a failed descent is a <see cref="Minimum"/> that has not converged.</summary>
    public static Minimum Minimize(HuberSum f, ReadOnlySpan<double> seed) => Polish(f, Descend(f, seed));

    /// <summary>One after the other for each delta, each from the last.</summary>
    public static Minimum Polish(HuberSum f, double[] start, IReadOnlyList<double> deltas)
    {
        var minimum = new Minimum(start, 0, 0, false);
        foreach (var delta in deltas)
        {
            f.Delta = delta;
            minimum = Polish(f, minimum.Point);
        }

        return minimum;
    }

    /// <summary>Newton's method with Levenberg damping in the domain's box.</summary>
    public static Minimum Polish(HuberSum f, ReadOnlySpan<double> start)
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

        var decrement = Certify(f, point, gradient, hessian, trial) / (value + Nothing);
        return new Minimum(point, value, decrement, double.IsFinite(value) && decrement < 1e-7);
    }

    // What one more step would gain, all but undamped; infinite where the function does not curve upwards.
    private static double Certify(HuberSum f, double[] point, double[] gradient, double[] hessian, double[] trial)
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

    private static double[] Descend(HuberSum f, ReadOnlySpan<double> seed)
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
