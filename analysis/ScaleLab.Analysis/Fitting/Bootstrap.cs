using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Refits to resampled clusters (Efron 1979; whole clusters, since branches of one trunk share its noise).</summary>
internal sealed class Bootstrap
{
    private readonly FitData _data;
    private readonly ScalingLaw _law;
    private readonly Objective _objective;
    private readonly int[] _cluster;
    private readonly int[] _n;
    private readonly int[] _d;

    /// <param name="data">Of the same rows as <paramref name="observations"/>.</param>
    /// <param name="law">The law to refit.</param>
    /// <param name="objective">To refit with.</param>
    /// <param name="observations">For their clusters; a row without one is its own.</param>
    /// <param name="ignoreClusters">Resample single rows instead.</param>
    public Bootstrap(FitData data, ScalingLaw law, Objective objective, IReadOnlyList<Observation> observations, bool ignoreClusters = false)
    {
        (_data, _law, _objective) = (data, law, objective);
        _cluster = Number(observations.Select((o, i) => (object)(ignoreClusters || o.Cluster is null ? i : o.Cluster)));
        _n = Number(data.X.Take(data.Count).Select(x => (object)x));
        _d = Number(data.Y.Take(data.Count).Select(y => (object)y));
        Clusters = _cluster.Max() + 1;
    }

    public int Clusters { get; }

    /// <param name="estimate">Coordinates where each refit starts.</param>
    /// <param name="draws">How many resamples.</param>
    /// <param name="seed">Each resample has its own stream, so that the order of the threads does not matter.</param>
    /// <returns>Coordinates by draw; null where the resample could not carry the law.</returns>
    public double[]?[] Draw(double[] estimate, int draws, ulong seed)
    {
        var points = new double[]?[draws];
        Parallel.For(
            0,
            draws,
            () => new double[_data.Weights.Length],
            (draw, _, weights) =>
            {
                if (Resample(weights, new SplitMix64(seed, draw)))
                {
                    var refit = Minimizer.Polish(new FitFunction(_data, _law, _objective, weights), estimate);
                    points[draw] = refit.Converged ? refit.Point : null;
                }

                return weights;
            },
            _ => { });
        return points;
    }

    // A row's weight is how often its cluster was drawn.
    private bool Resample(double[] weights, SplitMix64 random)
    {
        var times = new int[Clusters];
        for (var i = 0; i < Clusters; i++)
        {
            times[random.Below(Clusters)]++;
        }

        var (sizes, lengths, rows) = (new HashSet<int>(), new HashSet<int>(), 0);
        for (var i = 0; i < _cluster.Length; i++)
        {
            weights[i] = times[_cluster[i]];
            if (weights[i] > 0)
            {
                sizes.Add(_n[i]);
                lengths.Add(_d[i]);
                rows++;
            }
        }

        return Support.Reason(_law, rows, sizes.Count, lengths.Count) is null;
    }

    private static int[] Number(IEnumerable<object> keys)
    {
        var seen = new Dictionary<object, int>();
        return [.. keys.Select(key => seen.TryGetValue(key, out var number) ? number : seen[key] = seen.Count)];
    }
}
