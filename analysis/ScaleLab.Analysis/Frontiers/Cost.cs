using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>What a run costs: C = k·N^m·D.</summary>
/// <param name="FlopsPerNd">k.</param>
/// <param name="Exponent">m: 1 for a language model, where k is 6; less where a decoder or predictor of fixed size is paid for every image.</param>
public readonly record struct Cost(double FlopsPerNd, double Exponent = 1)
{
    /// <summary>Runs that cost so many times more or less than the rule says are not described by it.</summary>
    private const double Tolerance = 3;

    public static implicit operator Cost(double flopsPerNd) => new(flopsPerNd);

    public double Flops(double n, double d) => FlopsPerNd * Math.Pow(n, Exponent) * d;

    /// <summary>The size that compute affords for <paramref name="d"/>.</summary>
    public double N(double flops, double d) => Math.Pow(flops / (FlopsPerNd * d), 1 / Exponent);

    /// <summary>The amount of data that compute affords for <paramref name="n"/>.</summary>
    public double D(double flops, double n) => flops / (FlopsPerNd * Math.Pow(n, Exponent));

    /// <summary>The rule where the runs follow it, if only roughly; else what they cost, a power of N that is fitted to C/D.</summary>
    /// <param name="runs">With their C.</param>
    /// <param name="rule">k of C = k·N·D.</param>
    public static Cost Of(IReadOnlyList<Observation> runs, double rule)
    {
        var measured = runs.Count == 0 ? rule : Quantile.Median(runs.Select(r => r.C / (r.N * r.D)));
        if (Math.Abs(Math.Log(measured / rule)) <= Math.Log(Tolerance))
        {
            return rule;
        }

        if (runs.Select(r => r.N).Distinct().Take(2).Count() < 2)
        {
            return measured;
        }

        var line = PowerLine.Through([.. runs.Select(r => (r.N, r.C / r.D))]);
        return line.Exponent > 0 ? new Cost(line.Factor, line.Exponent) : measured;
    }
}
