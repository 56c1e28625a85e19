namespace ScaleLab.Orchestrator.Accounting;

/// <summary>
/// Corrects an estimate that is a sum of parts by one factor for each part: least squares of relative errors, shrunk towards the median ratio of
/// what was measured to what was foretold, so that one run gives its ratio and many tell the parts apart. Runs that were disturbed count less (Huber).
/// </summary>
internal static class PartsFit
{
    // Weight of the prior, in runs.
    private const double Prior = 1;

    // Relative errors beyond this are a disturbance rather than a lesson.
    private const double Disturbed = 0.2;

    // No part is taken to be further than this from the median of all.
    private const double Farthest = 10;

    private const int Reweightings = 5;
    private const int Sweeps = 100;
    private const int Folds = 10;

    /// <param name="runs">Parts as foretold, and what was measured in their place; at least one.</param>
    public static double[] Factors(IReadOnlyList<Lesson> runs)
    {
        var center = Median(runs.Select(r => r.Measured / r.Parts.Sum()));
        var x = Enumerable.Repeat(center, runs[0].Parts.Length).ToArray();
        for (var i = 0; i < Reweightings; i++)
        {
            Solve(runs, [.. runs.Select(r => Math.Min(1, Disturbed / Math.Abs(r.Error(x))))], center, x);
        }

        return x;
    }

    /// <summary>Median relative error, each tenth of the runs foretold from the others; of a single run, none.</summary>
    public static double? Error(IReadOnlyList<Lesson> runs)
    {
        var folds = Math.Min(Folds, runs.Count);
        return folds < 2 ? null : Median(Enumerable.Range(0, folds).SelectMany(f =>
        {
            var factors = Factors([.. runs.Where((_, i) => i % folds != f)]);
            return runs.Where((_, i) => i % folds == f).Select(r => Math.Abs(r.Error(factors)));
        }));
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // Coordinate descent on a strictly convex quadratic within bounds: it ends at its one minimum.
    private static void Solve(IReadOnlyList<Lesson> runs, double[] weights, double center, double[] x)
    {
        var n = x.Length;
        var (h, b) = (new double[n, n], new double[n]);
        for (var k = 0; k < n; k++)
        {
            (h[k, k], b[k]) = (Prior / (center * center), Prior / center);
        }

        foreach (var (run, w) in runs.Zip(weights))
        {
            for (var k = 0; k < n; k++)
            {
                var a = run.Parts[k] / run.Measured;
                b[k] += w * a;
                for (var l = 0; l < n; l++)
                {
                    h[k, l] += w * a * run.Parts[l] / run.Measured;
                }
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var k = 0; k < n; k++)
            {
                var rest = b[k] + (h[k, k] * x[k]);
                for (var l = 0; l < n; l++)
                {
                    rest -= h[k, l] * x[l];
                }

                x[k] = Math.Clamp(rest / h[k, k], center / Farthest, center * Farthest);
            }
        }
    }
}

/// <param name="Parts">As foretold.</param>
/// <param name="Measured">What they came to.</param>
internal readonly record struct Lesson(double[] Parts, double Measured)
{
    /// <summary>Relative, of the parts under <paramref name="factors"/>.</summary>
    public double Error(double[] factors) => (Parts.Zip(factors, (p, f) => p * f).Sum() / Measured) - 1;
}
