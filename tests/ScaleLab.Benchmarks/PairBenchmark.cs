using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaleLab.Analysis.Comparing;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Benchmarks;

/// <summary>
/// How often the interval of an effective-compute ratio holds the truth, over simulated pairs of sweeps (settings/pairs.json): with part of the noise in common or
/// none, and with seeds that tell which rows go together or not.
/// </summary>
internal static class PairBenchmark
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    // Of the largest compute.
    private static readonly double[] Budgets = [0.01, 1, 10];

    private static readonly (string Name, bool Common, bool Paired)[] Cases =
    [
        ("common noise, paired", true, true), ("own noise, not paired", false, false), ("own noise, paired", false, true), ("common noise, not paired", true, false),
    ];

    public static int Run(string[] args)
    {
        var setting = JsonSerializer.Deserialize<PairSetting>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "settings", "pairs.json")), Snake)!;
        var pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        Console.WriteLine(FormattableString.Invariant($"{pairs} pairs each, {setting.Draws} draws: share of {100 * setting.Level:F0} % intervals that hold the true ratio {setting.Ratio}, in %, and their median width as a factor, at so much of the largest compute; last, the same at the loss of the largest compute"));
        foreach (var sweep in setting.Settings.Where(s => args.Length < 2 || s.Name == args[1]))
        {
            Console.WriteLine($"{sweep.Name,-40}{string.Concat(Budgets.Select(b => FormattableString.Invariant($"{b,16}")))}{"at a loss",16}");
            foreach (var (floor, noise) in from floor in (string[])["shared", "own"] from noise in Cases where args.Length < 3 || $"{floor} floor, {noise.Name}".StartsWith(args[2], StringComparison.Ordinal) select (floor, noise))
            {
                var clock = Stopwatch.StartNew();
                var answers = new IReadOnlyList<ComputeRatio>[pairs];
                Parallel.For(0, pairs, i => answers[i] = One(setting, sweep, (ulong)i, floor == "shared", noise));
                var cells = Enumerable.Range(0, Budgets.Length + 1).Select(b =>
                {
                    var intervals = answers.Select(a => a[b].Interval).ToList();
                    var held = intervals.Count(i => i is { } r && r.Low <= setting.Ratio && setting.Ratio <= r.High);
                    return FormattableString.Invariant($"{100.0 * held / pairs,9:F1} ({Median(intervals.Select(i => i is { } r ? r.High / r.Low : double.PositiveInfinity)):F2})");
                });
                Console.WriteLine($"  {$"{floor} floor, {noise.Name}",-38}{string.Concat(cells)}   {clock.Elapsed.TotalSeconds:F0} s");
            }
        }

        return 0;
    }

    private static IReadOnlyList<ComputeRatio> One(PairSetting setting, SimulatedSweep sweep, ulong seed, bool shared, (string Name, bool Common, bool Paired) noise)
    {
        // L of both at sizes and data that are worth more: A and B shrink, so that the ratio is the same at every loss.
        var law = new LossSurface(ScalingLaw.Of(setting.Law), [.. setting.Parameters]);
        var (p, root) = (setting.Parameters, Math.Sqrt(setting.Ratio));
        var better = new LossSurface(law.Law, [p[0], p[1] / Math.Pow(root, p[3]), p[2] / Math.Pow(root, p[4]), p[3], p[4]]);
        var (common, share) = (sweep.Draw(law, 3 * seed), noise.Common ? setting.Correlation : 0);
        var pair = SweepPair.Of(Noisy(law, 1), Noisy(better, 2), new PairOptions { SharedFloor = shared, Level = setting.Level, Bootstrap = setting.Draws, Seed = seed });
        var most = pair.OneRange!.C.High;
        return [.. Budgets.Select(b => pair.AtFlops(b * most)), pair.AtLoss(law.Frontier()!.Loss(most))];

        ObservationTable Noisy(LossSurface truth, ulong which)
        {
            var own = sweep.Draw(truth, (3 * seed) + which);
            return own with
            {
                Observations = [.. own.Observations.Zip(common.Observations, (o, c) => o with
                {
                    Seed = noise.Paired ? "0" : "",
                    Loss = truth.Loss(o.N, o.D) * Math.Exp((Math.Sqrt(1 - share) * Math.Log(o.Loss / truth.Loss(o.N, o.D))) + (Math.Sqrt(share) * Math.Log(c.Loss / law.Loss(c.N, c.D)))),
                })],
            };
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;
}

internal sealed record PairSetting(string Law, double[] Parameters, double Level, int Draws, double Ratio, double Correlation, SimulatedSweep[] Settings);
