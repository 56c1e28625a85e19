using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Tests.Figures;

/// <summary>Four sizes by four lengths, as a WSD sweep leaves them: a trunk per size, a cooldown per length, two per cent of noise.</summary>
internal static class SyntheticSweep
{
    public static readonly LossSurface Truth = new(new ChinchillaLaw(), [1.2, 60, 150, .34, .37]);

    private static readonly (long N, int Width)[] Sizes = [(15_104, 24), (43_200, 48), (132_864, 80), (381_696, 128)];
    private static readonly long[] Lengths = [500_000, 1_000_000, 2_000_000, 4_000_000];

    public static IReadOnlyList<ResultRow> Rows { get; } = [.. from size in Sizes from d in Lengths select Row(size.N, size.Width, d)];

    /// <summary>Of the trunks.</summary>
    public static IReadOnlyDictionary<string, double> TrunkSizes { get; } = Sizes.ToDictionary(s => $"lm-n{s.N / 1000}k-trunk", s => (double)s.N);

    public static IReadOnlyList<CurveRow> Curves { get; } = [.. from size in Sizes from row in Curve(size.N) select row];

    public static IReadOnlyList<Observation> Observations { get; } = [.. Rows.Select((r, i) => new Observation(r.RunKey, r.N, r.D, r.C, r.ValLoss!.Value)
    {
        Cluster = $"{r.Trunk}+{r.Seed}",
        Line = i + 2,
        NNonEmbedding = r.NNonEmbedding,
        NEmbedding = r.NEmbedding,
    })];

    public static Fit Fit(bool intervals = true) => new()
    {
        Law = "chinchilla",
        Objective = new("huber_log", 1e-3, 2.5e-4),
        Status = FitStatus.Converged,
        NObservations = Rows.Count,
        Parameters = Truth.Law.ParameterNames.Zip(Truth.Parameters).ToDictionary(p => p.First, p => p.Second),
        Identified = new Dictionary<string, Identified> { ["E"] = Identified.OpenBelow, ["A"] = Identified.No, ["B"] = Identified.OpenAbove, ["alpha"] = Identified.Yes, ["beta"] = Identified.Yes },
        Intervals = intervals
            ? new(.95, "cluster bootstrap, 200 draws", 8) { Bounds = new Dictionary<string, Interval> { ["alpha"] = new(.3, .38), ["beta"] = new(.33, .41), ["a"] = new(.48, .56), ["b"] = new(.44, .52) } }
            : new(.95, "none", 4) { Refused = "4 clusters (trunk+seed) are too few for a bootstrap; 6 are needed." },
        Frontier = Truth.Frontier()!,
        Surface = Truth,
        Draws = intervals ? [.. Enumerable.Range(0, 200).Select(Draw)] : [],
        Diagnostics = new() { RmsLogResidual = .011, Certificate = new() { Gradient = 1e-12, Decrement = 1e-20, Starts = 10, StartsAtOptimum = 10 }, BootstrapDraws = intervals ? 200 : 0, ClusterRule = "trunk+seed", MeasuredFlopsPerNd = 6.7, Range = Range },
    };

    public static Fit Refused { get; } = new()
    {
        Law = "chinchilla",
        Objective = new("huber_log", 1e-3, null),
        Status = FitStatus.Refused,
        NObservations = 3,
        Intervals = new(.95, "none", 1) { Refused = "there is no fit." },
        Diagnostics = new() { Reason = "3 observations cannot carry 5 parameters; at least 7 with 3 different N and 3 different D are needed." },
    };

    private static DataRange Range => new(
        new(Rows.Min(r => r.N), Rows.Max(r => r.N)),
        new(Rows.Min(r => r.D), Rows.Max(r => r.D)),
        new(Rows.Min(r => r.C), Rows.Max(r => r.C)),
        new(Rows.Min(r => r.ValLoss!.Value), Rows.Max(r => r.ValLoss!.Value)));

    // A deterministic stand-in for noise, in [-1, 1).
    private static double Noise(double seed) => (2 * Math.Abs(Math.Sin(seed * 12.9898) * 43758.5453 % 1)) - 1;

    private static LossSurface Draw(int i) => Truth with
    {
        Parameters = [1.2 + (.1 * Noise(i + .1)), 60 * Math.Exp(.3 * Noise(i + .2)), 150 * Math.Exp(.3 * Noise(i + .3)), .34 + (.02 * Noise(i + .4)), .37 + (.02 * Noise(i + .5))],
    };

    private static double Cost(long n, long d) => 6.7 * n * d;

    private static ResultRow Row(long n, int width, long d) => new()
    {
        RunKey = $"lm-n{n / 1000}k-d{d / 1e6:0.#}M-s0-{n * 31 + d:x12}",
        Sweep = "synthetic",
        Model = "lm",
        Status = "ok",
        N = n,
        NNonEmbedding = n - (256 * width),
        NEmbedding = 256 * width,
        NHead = 0,
        D = d,
        UniqueD = d,
        Epochs = 1,
        C = Cost(n, d),
        C6nd = 6.0 * n * d,
        CSpent = Cost(n, d) * .2,
        Width = width,
        Depth = 3,
        Heads = 2,
        Batch = 8192,
        Steps = d / 8192,
        Lr = .01,
        Schedule = "wsd",
        Seed = 0,
        Trunk = $"lm-n{n / 1000}k-trunk",
        ForkStep = d / 8192 * 8 / 10,
        TrainLoss = Truth.Loss(n, d) * 1.01,
        ValLoss = Truth.Loss(n, d) * (1 + (.02 * Noise(n + (d * 1e-3)))),
        ValLossSe = .012,
        ValBpb = Truth.Loss(n, d) / Math.Log(2),
    };

    private static IEnumerable<CurveRow> Curve(long n)
    {
        var trunk = $"lm-n{n / 1000}k-trunk";
        for (var step = 4L; step <= 400; step += 4)
        {
            yield return At(trunk, n, step * 8192, step, Math.Min(5.5, 1.12 * Truth.Loss(n, step * 8192)) * (1 + (.03 * Noise(n + step))));
        }

        foreach (var row in Rows.Where(r => r.N == n))
        {
            var fork = (long)(.8 * row.D);
            for (var i = 1; i <= 12; i++)
            {
                var d = fork + ((row.D - fork) * i / 12);
                yield return At(row.RunKey, n, d, d / 8192, Truth.Loss(n, d) * (1.12 - (.11 * i / 12)) * (1 + (.01 * Noise(n + i))));
            }
        }
    }

    private static CurveRow At(string run, long n, long d, long step, double loss) =>
        new() { RunKey = run, Step = step, D = d, C = Cost(n, d), Lr = .01, TrainLoss = loss, Annealed = false };
}
