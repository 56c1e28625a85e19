namespace ScaleLab.Analysis.Emergence;

/// <summary>All smooth curves and all breaks that a <see cref="BreakTest"/> looks at, as directions of length 1 in which least squares is a product: fitted thousands of times.</summary>
internal sealed class Candidates
{
    // A logistic of slope k takes ln 81 / k from a tenth to nine tenths: a decade at the steepest.
    private static readonly double Steepest = Math.Log(81) / Math.Log(10);

    private readonly List<(double[] Curve, List<(double[] Direction, double At)> Breaks)> _smooth = [];

    /// <param name="x">ln of each point's scale.</param>
    /// <param name="scales">The distinct ones, ascending.</param>
    /// <param name="group">Of each point, from 0.</param>
    public Candidates(double[] x, double[] scales, int[] group)
    {
        var breaks = new List<(double[] Shape, double At)>();
        for (var i = 1; i < scales.Length - 2; i++)
        {
            // Two scales or more on each side; a kink may lie at a scale, a step between two.
            var (kink, step) = (scales[i + 1], (scales[i] + scales[i + 1]) / 2);
            breaks.Add((Centred([.. x.Select(v => v > step ? 1.0 : 0)], group), step));
            if (i + 1 < scales.Length - 1)
            {
                breaks.Add((Centred([.. x.Select(v => Math.Max(0, v - kink))], group), kink));
            }
        }

        var middle = (scales[0] + scales[^1]) / 2;
        foreach (var curve in Curves(scales[0], scales[^1]))
        {
            if (Unit(Centred([.. x.Select(v => curve(v - middle))], group), 1e-9) is { } direction)
            {
                _smooth.Add((direction, [.. breaks.Select(b => (Direction: Unit(Without(b.Shape, direction), 1e-6), b.At)).Where(b => b.Direction is not null).Select(b => (b.Direction!, b.At))]));
            }
        }
    }

    /// <summary>Less the mean of each group.</summary>
    public static double[] Centred(double[] values, int[] group)
    {
        var (sums, counts) = (new double[group.Max() + 1], new int[group.Max() + 1]);
        for (var i = 0; i < values.Length; i++)
        {
            sums[group[i]] += values[i];
            counts[group[i]]++;
        }

        return [.. values.Select((v, i) => v - (sums[group[i]] / counts[group[i]]))];
    }

    /// <param name="y">Centred.</param>
    public (double Statistic, double[] Smooth, double At, double Rise) Fit(double[] y)
    {
        var whole = Dot(y, y);
        var (smooth, rest) = (whole, whole);
        var ((best, amplitude), (at, rise)) = ((_smooth[0].Curve, 0.0), (double.NaN, 0.0));
        foreach (var (curve, breaks) in _smooth)
        {
            var along = Dot(curve, y);
            var left = whole - (along * along);
            if (left < smooth)
            {
                (smooth, best, amplitude) = (left, curve, along);
            }

            foreach (var (direction, where) in breaks)
            {
                var across = Dot(direction, y);
                if (left - (across * across) < rest)
                {
                    (rest, at, rise) = (left - (across * across), where, across);
                }
            }
        }

        // What rounding leaves of an exact fit is no evidence.
        var floor = 1e-12 * whole;
        return (y.Length * Math.Log(Math.Max(smooth, floor) / Math.Max(rest, floor)), [.. best.Select(c => amplitude * c)], at, rise);
    }

    private static IEnumerable<Func<double, double>> Curves(double low, double high)
    {
        yield return u => u;
        for (var i = 0; i < 16; i++)
        {
            var alpha = 0.05 * Math.Pow(40, i / 15.0);
            yield return u => -Math.Exp(-alpha * u);
        }

        // Centres from a decade before the range to a decade after it, fine enough that a law between two of them is no break.
        var decade = Math.Log(10);
        var half = ((high - low) / 2) + decade;
        var centres = (int)Math.Ceiling(2 * half / (0.1 * decade));
        foreach (var share in (double[])[0.2, 0.36, 0.52, 0.68, 0.84, 1])
        {
            var slope = share * Steepest;
            for (var i = 0; i <= centres; i++)
            {
                var centre = -half + (2 * half * i / centres);
                yield return u => 1 / (1 + Math.Exp(-slope * (u - centre)));
            }
        }
    }

    private static double[] Without(double[] vector, double[] direction)
    {
        var along = Dot(vector, direction);
        return [.. vector.Zip(direction, (v, d) => v - (along * d))];
    }

    private static double[]? Unit(double[] vector, double least)
    {
        var length = Math.Sqrt(Dot(vector, vector));
        return length > least ? [.. vector.Select(v => v / length)] : null;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
