using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What the bootstrap says of a fit.</summary>
internal sealed record Uncertainty(Intervals Intervals)
{
    public const string Method = "percentiles of a cluster bootstrap";

    // Below six, resampling clusters shows less than half of their scatter and draws intervals that are too narrow.
    private const int FewestClusters = 6;

    // Enough for a verdict, which asks for factors and not for digits.
    private const int DrawsForVerdict = 200;

    public IReadOnlyDictionary<string, Identified> Identified { get; init; } = new Dictionary<string, Identified>();

    public IReadOnlyDictionary<string, double> StandardErrors { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<LossSurface> Draws { get; init; } = [];

    public int Failed { get; init; }

    public static Uncertainty Of(
        FitData data, ScalingLaw law, FitFunction domain, IReadOnlyList<Observation> observations, double[] estimate, Objective objective, FitOptions options)
    {
        var (bootstrap, asked) = (new Bootstrap(data, law, objective, observations), options.Bootstrap!.Value);
        var none = new Intervals(options.Level, Method, bootstrap.Clusters);
        if (asked == 0)
        {
            return new Uncertainty(none with { Refused = "no bootstrap was asked for" });
        }

        if (bootstrap.Clusters < FewestClusters)
        {
            return new Uncertainty(none with { Refused = $"{bootstrap.Clusters} independent clusters cannot show their own scatter; at least {FewestClusters} are needed" })
            {
                Identified = VerdictsAgainst(data, law, domain, observations, estimate, objective, options),
            };
        }

        var points = bootstrap.Draw(estimate, asked, options.Seed).OfType<double[]>().ToList();
        var failed = asked - points.Count;
        if (points.Count < asked / 2)
        {
            return new Uncertainty(none with { Refused = $"{failed} of {asked} resamples cannot carry the law" }) { Failed = failed };
        }

        List<LossSurface> draws = [.. points.Select(p => ParametricFit.Surface(law, p, data.Centre))];
        var columns = law.ParameterNames.Select((name, i) => (name, values: draws.Select(d => d.Parameters[i]))).ToList();
        if (draws[0].Frontier(options.FlopsPerNd) is not null)
        {
            columns.Add(("a", draws.Select(d => d.Frontier(options.FlopsPerNd)!.ExponentN)));
            columns.Add(("b", draws.Select(d => d.Frontier(options.FlopsPerNd)!.ExponentD)));
        }

        return new Uncertainty(none with { Bounds = columns.ToDictionary(c => c.name, c => Quantile.Central(c.values, options.Level)) })
        {
            Identified = Verdicts(data, law, domain, points, estimate, options.Level),
            StandardErrors = columns.ToDictionary(c => c.name, c => Deviation([.. c.values])),
            Draws = draws,
            Failed = failed,
        };
    }

    private static Dictionary<string, Identified> Verdicts(
        FitData data, ScalingLaw law, FitFunction domain, IReadOnlyList<double[]> points, double[] estimate, double level)
    {
        var at = ParametricFit.Surface(law, estimate, data.Centre);
        var verdicts = new Dictionary<string, Identified>();
        for (var i = 0; i < estimate.Length; i++)
        {
            var wall = Quantile.Central(points.Select(p => p[i]), level);
            var interval = Quantile.Central(points.Select(p => ParametricFit.Surface(law, p, data.Centre).Parameters[i]), level);
            verdicts[law.ParameterNames[i]] = Identifiability.Verdict(
                law.ParameterNames[i], at.Parameters[i], interval, wall.Low <= domain.Low[i], wall.High >= domain.High[i]);
        }

        return verdicts;
    }

    // Rows of one trunk resampled as if independent scatter too little: what even they leave open is open, and no more can be said.
    private static Dictionary<string, Identified> VerdictsAgainst(
        FitData data, ScalingLaw law, FitFunction domain, IReadOnlyList<Observation> observations, double[] estimate, Objective objective, FitOptions options)
    {
        var points = new Bootstrap(data, law, objective, observations, ignoreClusters: true).Draw(estimate, DrawsForVerdict, options.Seed).OfType<double[]>().ToList();
        return points.Count < DrawsForVerdict / 2
            ? []
            : Verdicts(data, law, domain, points, estimate, options.Level).Where(v => v.Value != Fitting.Identified.Yes).ToDictionary();
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
