using MathNet.Numerics.Statistics;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What bootstrap and profiles say of a fit.</summary>
internal sealed record Uncertainty(Intervals Intervals)
{
    private const int MostRowsToProfile = 1 << 15;
    private const int QuantilesOfErrors = 101;

    public IReadOnlyDictionary<string, Identified> Identified { get; init; } = new Dictionary<string, Identified>();

    public IReadOnlyDictionary<string, double> StandardErrors { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<LossSurface> Draws { get; init; } = [];

    public int Failed { get; init; }

    public NoiseModel? Noise { get; init; }

    /// <summary>Quantiles of what a new run's ln loss misses the law by.</summary>
    public IReadOnlyList<double> Errors { get; init; } = [];

    public static Intervals None(FitOptions options, string reason, int clusters = 0) => new(options.Level, Method(options.Resampling), clusters) { Refused = reason };

    public static Uncertainty Of(FitData data, ScalingLaw law, IReadOnlyList<Observation> observations, double[] estimate, Objective objective, FitOptions options)
    {
        var (clusters, asked) = (new Clusters(observations), options.Bootstrap!.Value);
        var profile = data.Count <= MostRowsToProfile ? new Profile(data, law, objective, clusters, estimate, options.Level) : null;
        var tooFew = Clusters.TooFew(clusters.Count);
        var verdicts = profile?.Verdicts() ?? new Dictionary<string, Identified>();
        var told = new Uncertainty(None(options, "no bootstrap was asked for", clusters.Count))
        {
            Noise = profile is null || !double.IsFinite(profile.Scale) ? null : new NoiseModel(profile.Noise, profile.Scale),
            // The noise of so few clusters is hardly known: what is open stays open, and no more can be said.
            Identified = tooFew is not null ? verdicts.Where(v => v.Value != Fitting.Identified.Yes).ToDictionary() : verdicts,
        };
        if (asked == 0)
        {
            return told;
        }

        if (tooFew is not null)
        {
            return told with { Intervals = None(options, tooFew, clusters.Count) };
        }

        var bootstrap = new Bootstrap(data, law, objective, clusters, estimate, options.Resampling);
        var points = bootstrap.Draw(asked, options.Seed).OfType<double[]>().ToList();
        var failed = asked - points.Count;
        if (points.Count < asked / 2)
        {
            return told with { Intervals = None(options, $"{failed} of {asked} resamples cannot carry the law", clusters.Count), Failed = failed };
        }

        List<LossSurface> draws = [.. points.Select(p => ParametricFit.Surface(law, p, data.Centre))];
        var columns = law.ParameterNames.Select((name, i) => (name, values: draws.Select(d => d.Parameters[i]))).ToList();
        if (draws[0].Frontier(options.Cost) is not null)
        {
            columns.Add(("a", draws.Select(d => d.Frontier(options.Cost)!.ExponentN)));
            columns.Add(("b", draws.Select(d => d.Frontier(options.Cost)!.ExponentD)));
        }

        // A coefficient beside an exponent at its border may leave the range of doubles: of it there is no interval to print.
        columns.RemoveAll(c => !c.values.All(v => double.IsFinite(v * v)));
        return told with
        {
            Intervals = new Intervals(options.Level, Method(bootstrap.Method), clusters.Count)
            {
                Bounds = columns.ToDictionary(c => c.name, c => Quantile.Central(c.values, options.Level)),
            },
            StandardErrors = columns.ToDictionary(c => c.name, c => Statistics.StandardDeviation(c.values)),
            Draws = draws,
            Failed = failed,
            Errors = Quantile.Even(LogErrors(bootstrap.Errors.Residuals, observations, ParametricFit.Surface(law, estimate, data.Centre), objective, data.Centre), QuantilesOfErrors),
        };
    }

    /// <summary>How intervals came about, in words.</summary>
    internal static string Method(string resampling) => resampling switch
    {
        "pairs" => "percentiles of a cluster bootstrap (pairs)",
        "residual" => "percentiles of a residual bootstrap",
        _ => "percentiles of a wild cluster bootstrap",
    };

    // Those of linear losses come in units of the centre.
    private static IEnumerable<double> LogErrors(double[] errors, IReadOnlyList<Observation> observations, LossSurface surface, Objective objective, Centre centre) =>
        objective.OfLogs ? errors : errors.Select((e, i) => Math.Log(Math.Max(0.01, 1 + (e * Math.Exp(centre.Loss) / surface.Loss(observations[i].Scale)))));
}
