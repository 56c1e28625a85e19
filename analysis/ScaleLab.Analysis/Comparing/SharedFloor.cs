using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Comparing;

/// <summary>One of two sweeps whose laws have one E.</summary>
/// <param name="Function">Its objective; the walls at E are moved.</param>
/// <param name="Point">Coordinates near the minimum.</param>
/// <param name="Place">Of E among them.</param>
/// <param name="Unit">By what that coordinate is multiplied to give E.</param>
/// <param name="Rows">Of the sweep: objectives are per row.</param>
internal readonly record struct Half(FitFunction Function, double[] Point, int Place, double Unit, int Rows)
{
    public double E => Point[Place] * Unit;

    public (double Low, double High) Walls
    {
        get => (Function.Low[Place], Function.High[Place]);
        set => (Function.Low[Place], Function.High[Place]) = value;
    }

    /// <summary>All but E refitted.</summary>
    public Half? At(double e)
    {
        Walls = (e / Unit, e / Unit);
        var minimum = Minimizer.Polish(Function, Point.AsSpan());
        return minimum.Converged ? this with { Point = minimum.Point } : null;
    }

    /// <summary>The slope of the objective by E.</summary>
    public double Slope()
    {
        var gradient = new double[Point.Length];
        Function.Evaluate(Point, gradient);
        return Rows * gradient[Place] / Unit;
    }
}

/// <summary>
/// Two laws with one E, each otherwise fitted to its own sweep: E is held, all others are refitted, and the slope of the sum of both objectives by E,
/// which is that at the held minima (the envelope theorem), is brought to zero.
/// </summary>
internal static class SharedFloor
{
    private const int MostSteps = 60;

    // Relative to the largest floor that there can be.
    private const double Near = 1e-8;
    private const double FirstStep = 0.01;

    /// <param name="one">The first sweep.</param>
    /// <param name="other">The second, with an objective of the same delta.</param>
    /// <param name="most">The largest E: the least loss of both.</param>
    /// <returns>Null where a descent on the way does not converge.</returns>
    public static (Half One, Half Other)? Solve(Half one, Half other, double most)
    {
        var walls = (one.Walls, other.Walls);
        var solved = Search(one, other, most);
        (one.Walls, other.Walls) = walls;
        return solved;
    }

    private static (Half One, Half Other)? Search(Half one, Half other, double most)
    {
        // Steps double until the slope turns, or E has come to a wall.
        if (Slope(Math.Min((one.E + other.E) / 2, most)) is not { } slope)
        {
            return null;
        }

        var (e, before, slopeBefore) = (one.E, one.E, slope);
        for (var step = FirstStep * most; slope * slopeBefore > 0 && (slope > 0 ? e > 0 : e < most); step *= 2)
        {
            (before, slopeBefore, e) = (e, slope, Math.Clamp(e - (Math.Sign(slope) * step), 0, most));
            if (Slope(e) is not { } next)
            {
                return null;
            }

            slope = next;
        }

        // Regula falsi, of which the end that stays is believed half as much each time (Illinois).
        for (var i = 0; i < MostSteps && slope * slopeBefore < 0; i++)
        {
            var next = ((before * slope) - (e * slopeBefore)) / (slope - slopeBefore);
            if (Math.Abs(next - e) < Near * most)
            {
                break;
            }

            if (Slope(next) is not { } there)
            {
                return null;
            }

            (before, slopeBefore) = there * slope < 0 ? (e, slope) : (before, slopeBefore / 2);
            (e, slope) = (next, there);
        }

        return (one, other);

        double? Slope(double floor)
        {
            if (one.At(floor) is not { } a || other.At(floor) is not { } b)
            {
                return null;
            }

            (one, other) = (a, b);
            return a.Slope() + b.Slope();
        }
    }
}
