using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests;

/// <summary>Data whose law is known.</summary>
internal static class Synthetic
{
    public static LossSurface Chinchilla { get; } = new(ScalingLaw.Of("chinchilla"), [1.69, 406.4, 410.7, 0.34, 0.28]);

    public static LossSurface Power { get; } = new(ScalingLaw.Of("power"), [60, 120, 0.21, 0.33]);

    /// <summary>One member of every law, by the law's name.</summary>
    public static IReadOnlyDictionary<string, LossSurface> Laws { get; } = new LossSurface[]
    {
        Chinchilla,
        Power,
        new(ScalingLaw.Of("tied"), [1.87, 521, 1488, 0.353]),
        new(ScalingLaw.Of("gamma"), [1.4, 5e3, 2e4, 0.62, 0.55, 0.5]),
        new(ScalingLaw.Of("kaplan"), [6.4e13, 1.8e13, 0.076, 0.103]),
        new(ScalingLaw.Of("data_constrained"), [1.87, 521, 1488, 0.353, 0.37, 15.4, 5.3]),
        new(ScalingLaw.Of("one_variable"), [1.7, 900, 0.155]),
        new(ScalingLaw.Of("one_variable:n"), [1.7, 400, 0.33]),
        new(ScalingLaw.Of("one_variable:d:none"), [25, 0.095]),
        new(ScalingLaw.Of("one_variable:c:1.7"), [1.7, 900, 0.155]),
    }.ToDictionary(surface => surface.Law.Name);

    /// <summary>Every N with every D, log-spaced from 10M and 500M on.</summary>
    public static ObservationTable Grid(LossSurface surface, int sizes = 6, int lengths = 6, double decadesOfN = 2, double decadesOfD = 2, double n0 = 1e7, double d0 = 5e8, Func<int, double>? noise = null) => Table(
        from i in Enumerable.Range(0, sizes)
        from j in Enumerable.Range(0, lengths)
        let n = n0 * Math.Pow(10, decadesOfN * i / Math.Max(1, sizes - 1))
        let d = d0 * Math.Pow(10, decadesOfD * j / Math.Max(1, lengths - 1))
        let run = new RunScale(n, d) { UniqueD = surface.Law is DataConstrainedLaw ? d / (1 << j) : d }
        select new Observation($"r{i}-{j}", n, d, run.C, surface.Loss(run) * Math.Exp(noise?.Invoke((i * lengths) + j) ?? 0)) { UniqueD = run.UniqueD });

    public static ObservationTable Table(IEnumerable<Observation> rows, string clusterRule = "each row") => new("synthetic", [.. rows], [], clusterRule);

    public static Observation Point(string run, double n, double d, double loss) => new(run, n, d, 6 * n * d, loss);

    /// <summary>A standard normal deviate per number drawn, reproducible (Box and Muller).</summary>
    public static Func<double> Normal(ulong seed)
    {
        var random = new SplitMix64(seed, 0);
        return () => Math.Sqrt(-2 * Math.Log(random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
    }

    public static FitOptions NoBootstrap { get; } = new() { Bootstrap = 0 };

    public static void Close(double expected, double actual, double relative) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), $"expected {expected:R}, got {actual:R}");
}
