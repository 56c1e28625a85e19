using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Comparing;

/// <summary>One law fitted to two sweeps, and to both as they might have come out.</summary>
internal sealed class PairFit
{
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
        var estimates = _shares ? Shared(_one.Function(), _one.Own, _other.Function(), _other.Own) : (_one.Own, _other.Own);
        if (estimates is not { } at)
        {
            return new SweepPair(_options, _one.Fit, _other.Fit) { Refused = "no fit of both with one floor converged" };
        }

        var (clusters, others, paired) = PairedClusters.Of(one.Observations, other.Observations);
        var pair = new SweepPair(_options, _one.Fit, _other.Fit)
        {
            One = _one.Frontier(at.One),
            Other = _other.Frontier(at.Other),
            PairedClusters = paired,
        };
        var fewest = Math.Min(clusters.Of.Distinct().Count(), others.Of.Distinct().Count());
        var tooFew = Clusters.TooFew(fewest);
        return _options.Bootstrap == 0 ? pair.Without("no bootstrap was asked for")
            : tooFew is not null ? pair.Without(tooFew)
            : Drawn(pair, at, clusters, others, fewest);
    }

    private SweepPair Drawn(SweepPair pair, (double[] One, double[] Other) at, Clusters clusters, Clusters others, int fewest)
    {
        // How far floors of their own lie apart is asked of laws that have them: one floor for both would put the answer at zero.
        var own = Draws(_one.Bootstrap(clusters, _one.Own, fewest), _other.Bootstrap(others, _other.Own, fewest), Own);
        var carried = own;
        if (_shares)
        {
            var (a, b) = (_one.Bootstrap(clusters, at.One, fewest), _other.Bootstrap(others, at.Other, fewest));
            var errors = LeaveOneOut.Of(_one.Rows(clusters, at.One), _other.Rows(others, at.Other));
            (a.Errors, b.Errors) = (errors[0], errors[1]);
            carried = Draws(a, b, (one, other) => Shared(one, at.One, other, at.Other));
        }

        return 2 * carried.Count < _options.Bootstrap
            ? pair.Without($"{_options.Bootstrap - carried.Count} of {_options.Bootstrap} resamples cannot carry the law")
            : pair.With(
                [.. carried.Select(d => (_one.Frontier(d.One), _other.Frontier(d.Other)))],
                !_one.HasFloor || 2 * own.Count < _options.Bootstrap ? null : Quantile.Central(own.Select(d => _other.Floor(d.Other) - _one.Floor(d.One)), _options.Level));
    }

    // Those of the resamples that carry the law.
    private List<(double[] One, double[] Other)> Draws(Bootstrap one, Bootstrap other, Func<FitFunction, FitFunction, (double[] One, double[] Other)?> refit)
    {
        var draws = new (double[] One, double[] Other)?[_options.Bootstrap];
        Parallel.For(
            0,
            draws.Length,
            () => (One: one.Sample(), Other: other.Sample()),
            (draw, _, f) =>
            {
                // Two streams of one seed: what has one number in both is drawn alike.
                if (one.Resample(f.One, new SplitMix64(_options.Seed, draw)) & other.Resample(f.Other, new SplitMix64(_options.Seed, draw)))
                {
                    draws[draw] = refit(f.One, f.Other);
                }

                return f;
            },
            _ => { });
        return [.. draws.OfType<(double[] One, double[] Other)>()];
    }

    private (double[] One, double[] Other)? Own(FitFunction one, FitFunction other)
    {
        var (a, b) = (Minimizer.Polish(one, _one.Own.AsSpan()), Minimizer.Polish(other, _other.Own.AsSpan()));
        return a.Converged && b.Converged ? (a.Point, b.Point) : null;
    }

    private (double[] One, double[] Other)? Shared(FitFunction one, double[] fromOne, FitFunction other, double[] fromOther) =>
        SharedFloor.Solve(_one.Half(one, fromOne), _other.Half(other, fromOther), Math.Min(_one.MostFloor, _other.MostFloor)) is var (a, b) ? (a.Point, b.Point) : null;

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
            Own = new double[_law.ParameterNames.Count];
            _law.Place(fit.Surface.Parameters.AsSpan(), _data.Centre, Own);
        }

        public Fit Fit { get; }

        /// <summary>Coordinates of the sweep's own fit.</summary>
        public double[] Own { get; }

        public bool HasFloor => _law.Form.HasFloor;

        public double MostFloor => _data.MinLoss * Unit;

        private double Unit => Math.Exp(_data.Centre.Loss);

        public FitFunction Function() => new(_data, _law, _objective);

        public Half Half(FitFunction f, double[] from) => new(f, from, _law.Form.E, Unit, _data.Count);

        public FittedRows Rows(Clusters clusters, double[] at) => new(Function(), at, clusters, _law.Form.E, Unit);

        public double Floor(double[] point) => point[_law.Form.E] * Unit;

        public Bootstrap Bootstrap(Clusters clusters, double[] at, int fewest) => new(_data, _law, _objective, clusters, at, Fitting.Bootstrap.Usual(fewest, _objective));

        public Frontier Frontier(double[] point) => ParametricFit.Surface(_law, point, _data.Centre).Frontier(Fit.Frontier!.Cost)!;
    }
}
