using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Refits to data as they might have come out. Whole clusters are drawn, since branches of one trunk share its noise.
/// <c>pairs</c> draws clusters with replacement (Efron 1979), as weights. <c>wild</c> keeps every row, and gives each cluster its leave-one-out residuals with
/// one random sign (Wu 1986; Cameron, Gelbach and Miller 2008, Rev. Econ. Stat. 90). <c>residual</c> deals the residuals of all rows out anew.
/// </summary>
internal sealed class Bootstrap
{
    // With fewer clusters, pairs lose the corners of the grid that carry an exponent, and their intervals are too wide by a sixth; with more
    // they are as good, and hold under noise that varies from place to place as well (docs/method.md has the measurements).
    private const int FewestForPairs = 100;

    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly Objective _objective;
    private readonly Clusters _clusters;
    private readonly double[] _estimate;
    private readonly double[] _predicted;
    private readonly double _delta;
    private readonly (int[] N, int[] D) _distinct;

    /// <param name="data">All rows.</param>
    /// <param name="law">The law to refit.</param>
    /// <param name="objective">To refit with.</param>
    /// <param name="clusters">Of the rows.</param>
    /// <param name="estimate">Coordinates of the fit, where each refit starts.</param>
    /// <param name="method">One of <see cref="FitOptions.ResamplingMethods"/>.</param>
    /// <exception cref="InputException">The method does not go with the objective.</exception>
    public Bootstrap(FitData data, ScalingLaw law, Objective objective, Clusters clusters, double[] estimate, string method)
    {
        (_data, _law, _objective, _clusters) = (data, law, objective, clusters);
        Method = method != "auto" ? method : Usual(clusters.Count, objective);
        if (Method == "wild" && objective.Above != 1)
        {
            throw new InputException($"wild resampling turns residuals round, which {objective.Name} does not treat alike; use pairs");
        }

        // Absolute values are smoothed over a tenth of the noise: as good statistically, and refits need no vertex.
        var f = new FitFunction(data, law, objective);
        var scale = LeaveOneOut.Of(f, estimate, Clusters.Rows(data.Count)).Scale;
        _delta = f.Delta = objective.IsStraight ? Math.Max(scale / 10, f.Deltas[^1]) : f.Deltas[^1];
        _estimate = objective.IsStraight ? Minimizer.Polish(f, estimate.AsSpan()).Point : estimate;
        Errors = LeaveOneOut.Of(f, _estimate, clusters);
        var residuals = new double[f.Weights.Length];
        f.Residuals(_estimate, residuals, null);
        _predicted = [.. f.Target.Zip(residuals, (target, r) => target + r)];
        _distinct = (Number(data.X), Number(data.Y));
    }

    public string Method { get; }

    /// <summary>What <c>auto</c> stands for.</summary>
    public static string Usual(int clusters, Objective objective) => clusters >= FewestForPairs || objective.Above != 1 ? "pairs" : "wild";

    /// <summary>What wild signs are given to.</summary>
    public LeaveOneOut Errors { get; set; }

    /// <param name="draws">How many resamples.</param>
    /// <param name="seed">Each resample has its own stream, so that the order of the threads does not matter.</param>
    /// <returns>Coordinates by draw; null where the resample could not carry the law.</returns>
    public double[]?[] Draw(int draws, ulong seed)
    {
        var points = new double[]?[draws];
        Parallel.For(
            0,
            draws,
            Sample,
            (draw, _, f) =>
            {
                if (Resample(f, new SplitMix64(seed, draw)))
                {
                    var refit = Minimizer.Polish(f, _estimate.AsSpan());
                    points[draw] = refit.Converged ? refit.Point : null;
                }

                return f;
            },
            _ => { });
        return points;
    }

    /// <summary>A function of the same rows, for <see cref="Resample"/> to change; one per thread.</summary>
    public FitFunction Sample() => new(_data.WithOwnLosses(), _law, _objective, [.. _data.Weights]) { Delta = _delta };

    /// <summary>The next resample in place of the last one. What is drawn depends on the stream and the number of clusters alone.</summary>
    /// <returns>False where it cannot carry the law.</returns>
    public bool Resample(FitFunction f, SplitMix64 random)
    {
        switch (Method)
        {
            case "pairs":
                return Reweigh(f.Weights, random);
            case "residual":
                for (var i = 0; i < _data.Count; i++)
                {
                    var from = random.Below(_data.Count);
                    f.Target[i] = _predicted[i] + _data.Target(_objective.OfLogs)[from] - _predicted[from];
                }

                return true;
            default:
                var sign = new double[_clusters.Count];
                for (var g = 0; g < sign.Length; g++)
                {
                    sign[g] = random.Below(2) == 0 ? 1 : -1;
                }

                for (var i = 0; i < _data.Count; i++)
                {
                    f.Target[i] = _predicted[i] + (sign[_clusters.Of[i]] * Errors.Residuals[i]);
                }

                return true;
        }
    }

    // A row's weight is how often its cluster was drawn.
    private bool Reweigh(double[] weights, SplitMix64 random)
    {
        var times = new int[_clusters.Count];
        for (var i = 0; i < times.Length; i++)
        {
            times[random.Below(times.Length)]++;
        }

        var (sizes, lengths, rows) = (new HashSet<int>(), new HashSet<int>(), 0);
        for (var i = 0; i < _data.Count; i++)
        {
            weights[i] = times[_clusters.Of[i]];
            if (weights[i] > 0)
            {
                sizes.Add(_distinct.N[i]);
                lengths.Add(_distinct.D[i]);
                rows++;
            }
        }

        return Support.Reason(_law, rows, sizes.Count, lengths.Count) is null;
    }

    private static int[] Number(double[] values)
    {
        var seen = new Dictionary<double, int>();
        return [.. values.Select(value => seen.TryGetValue(value, out var number) ? number : seen[value] = seen.Count)];
    }
}
