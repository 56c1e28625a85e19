using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Comparing;

/// <summary>One law fitted to two sweeps, and to both as they might have come out.</summary>
internal sealed class PairFit
{
    // As for one sweep: fewer do not show their scatter.
    private const int FewestClusters = 6;

    private readonly PairOptions _options;
    private readonly Side _one;
    private readonly Side _other;
    private readonly bool _shares;

    private PairFit(Side one, Side other, PairOptions options) =>
        (_one, _other, _options, _shares) = (one, other, options, options.SharedFloor && one.HasFloor);

    public static SweepPair Run(ObservationTable one, ObservationTable other, PairOptions options)
    {
        var law = ScalingLaw.Of(options.Law);
        var settings = new FitOptions { Bootstrap = options.Bootstrap, Level = options.Level }.For(rows: 0);
        var (a, b) = (ParametricFit.Run(one, law, settings with { Bootstrap = 0 }), ParametricFit.Run(other, law, settings with { Bootstrap = 0 }));
        if ((Refusal(a, "first") ?? Refusal(b, "second")) is { } reason)
        {
            return new SweepPair(options, a, b) { Refused = reason };
        }

        var objective = Objective.Of(settings);
        return new PairFit(new Side(one, a, objective), new Side(other, b, objective), options).Compare(one, other);
    }

    private static string? Refusal(Fit fit, string which) => fit.Frontier is null ? $"the {which} sweep's law has no frontier: {fit.Diagnostics.Reason ?? Allocator.NoFrontier}" : null;

    private SweepPair Compare(ObservationTable one, ObservationTable other)
    {
        if (_shares && Shared(_one.Function(), _one.Estimate, _other.Function(), _other.Estimate) is var shared)
        {
            if (shared is not { } estimates)
            {
                return new SweepPair(_options, _one.Fit, _other.Fit) { Refused = "no fit of both with one floor converged" };
            }

            (_one.Estimate, _other.Estimate) = estimates;
        }

        var (clusters, others, paired) = PairedClusters.Of(one.Observations, other.Observations);
        var pair = new SweepPair(_options, _one.Fit, _other.Fit)
        {
            One = _one.Frontier(_one.Estimate),
            Other = _other.Frontier(_other.Estimate),
            PairedClusters = paired,
        };
        var fewest = Math.Min(clusters.Of.Distinct().Count(), others.Of.Distinct().Count());
        return _options.Bootstrap == 0 ? pair.Without("no bootstrap was asked for")
            : fewest < FewestClusters ? pair.Without($"{fewest} independent clusters cannot show their own scatter; at least {FewestClusters} are needed")
            : Drawn(pair, _one.Bootstrap(clusters), _other.Bootstrap(others));
    }

    private SweepPair Drawn(SweepPair pair, Bootstrap one, Bootstrap other)
    {
        var draws = new (double[] One, double[] Other)?[_options.Bootstrap];
        var floors = new double[draws.Length];
        Parallel.For(
            0,
            draws.Length,
            () => (One: one.Sample(), Other: other.Sample()),
            (draw, _, f) =>
            {
                // Two streams of one seed: what has one number in both is drawn alike.
                var carried = one.Resample(f.One, new SplitMix64(_options.Seed, draw)) & other.Resample(f.Other, new SplitMix64(_options.Seed, draw));
                floors[draw] = double.NaN;
                if (carried)
                {
                    var (a, b) = (Minimizer.Polish(f.One, _one.Estimate.AsSpan()), Minimizer.Polish(f.Other, _other.Estimate.AsSpan()));
                    var own = a.Converged && b.Converged;
                    floors[draw] = own && _one.HasFloor ? _other.Floor(b.Point) - _one.Floor(a.Point) : double.NaN;
                    draws[draw] = _shares ? Shared(f.One, _one.Estimate, f.Other, _other.Estimate) : own ? (a.Point, b.Point) : null;
                }

                return f;
            },
            _ => { });
        var carried = draws.OfType<(double[] One, double[] Other)>().ToList();
        var differences = floors.Where(double.IsFinite).ToList();
        return 2 * carried.Count < draws.Length
            ? pair.Without($"{draws.Length - carried.Count} of {draws.Length} resamples cannot carry the law")
            : pair.With(
                [.. carried.Select(d => (_one.Frontier(d.One), _other.Frontier(d.Other)))],
                2 * differences.Count < draws.Length ? null : Quantile.Central(differences, _options.Level));
    }

    private (double[] One, double[] Other)? Shared(FitFunction one, double[] pointOfOne, FitFunction other, double[] pointOfOther) =>
        SharedFloor.Solve(_one.Half(one, pointOfOne), _other.Half(other, pointOfOther), Math.Min(_one.MostFloor, _other.MostFloor)) is var (a, b) ? (a.Point, b.Point) : null;

    /// <summary>One of the sweeps, and its law in coordinates.</summary>
    private sealed class Side
    {
        private readonly FitData _data;
        private readonly ScalingLaw _law;
        private readonly Objective _objective;

        public Side(ObservationTable table, Fit fit, Objective objective)
        {
            (Fit, _law, _objective) = (fit, fit.Surface!.Law, objective);
            _data = new FitData(table.Observations, _law);
            Estimate = new double[_law.ParameterNames.Count];
            _law.Place(fit.Surface.Parameters.AsSpan(), _data.Centre, Estimate);
        }

        public Fit Fit { get; }

        public double[] Estimate { get; set; }

        public bool HasFloor => _law.Form.HasFloor;

        public double MostFloor => _data.MinLoss * Unit;

        private double Unit => Math.Exp(_data.Centre.Loss);

        public FitFunction Function() => new(_data, _law, _objective);

        public Half Half(FitFunction f, double[] point) => new(f, point, _law.Form.E, Unit, _data.Count);

        public double Floor(double[] point) => point[_law.Form.E] * Unit;

        public Bootstrap Bootstrap(Clusters clusters) => new(_data, _law, _objective, clusters, Estimate, "auto");

        public Frontier Frontier(double[] point) => ParametricFit.Surface(_law, point, _data.Centre).Frontier(Fit.Frontier!.Cost)!;
    }
}
