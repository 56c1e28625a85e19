using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Benchmarks;

/// <summary>How often the intervals of a fit with the shipped defaults hold the truth, over simulated sweeps (settings/coverage.json), for each way of resampling.</summary>
internal static class CoverageBenchmark
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly string[] Quantities = ["alpha", "beta", "a", "N*", "mean loss", "new run"];

    public static int Run(string[] args)
    {
        var setting = JsonSerializer.Deserialize<CoverageSetting>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "settings", "coverage.json")), Snake)!;
        var sweeps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
        var truth = new LossSurface(ScalingLaw.Of(setting.Law), [.. setting.Parameters]);
        Console.WriteLine(FormattableString.Invariant($"{sweeps} sweeps each, {setting.Draws} draws, share of {100 * setting.Level:F0} % intervals that hold the truth, in %; N* and losses at {setting.ComputeBeyondData} times the largest compute"));
        foreach (var sweep in setting.Settings.Where(s => args.Length < 2 || s.Name == args[1]))
        {
            var clock = Stopwatch.StartNew();
            Console.WriteLine($"{sweep.Name,-22}{string.Concat(Quantities.Select(q => $"{q,11}"))}");
            string MethodOf(string resampling) => ParametricFit.Run(sweep.Draw(truth, 0), truth.Law, new FitOptions { Bootstrap = 100, Resampling = resampling }).Intervals.Method;
            var shipped = MethodOf("auto");
            foreach (var method in FitOptions.ResamplingMethods.Where(m => m != "auto"))
            {
                var held = new int[Quantities.Length];
                Parallel.For(0, sweeps, i =>
                {
                    var options = new FitOptions { Level = setting.Level, Bootstrap = setting.Draws, Seed = (ulong)i, Resampling = method };
                    var fit = ParametricFit.Run(sweep.Draw(truth, (ulong)i), truth.Law, options);
                    var holds = Holds(fit, truth, setting.ComputeBeyondData, SimulatedSweep.Normal(~(ulong)i)() * sweep.Noise);
                    for (var q = 0; q < holds.Length; q++)
                    {
                        Interlocked.Add(ref held[q], holds[q] ? 1 : 0);
                    }
                });
                Console.WriteLine($"  {(MethodOf(method) == shipped ? $"{method} (default)" : method),-20}{string.Concat(held.Select(h => FormattableString.Invariant($"{100.0 * h / sweeps,11:F1}")))}");
            }

            Console.WriteLine(FormattableString.Invariant($"  {clock.Elapsed.TotalSeconds:F0} s"));
        }

        return 0;
    }

    private static bool[] Holds(Fit fit, LossSurface truth, double beyond, double noise)
    {
        if (fit.Intervals.Refused is not null || fit.Frontier is null)
        {
            return new bool[Quantities.Length];
        }

        var flops = beyond * fit.Diagnostics.Range!.C.High;
        var (at, frontier) = (new Allocator(fit).ForFlops(flops), truth.Frontier()!);
        bool In(IReadOnlyDictionary<string, Interval> intervals, string name, double value) => intervals[name].Low <= value && value <= intervals[name].High;
        return
        [
            In(fit.Intervals.Bounds, "alpha", truth["alpha"]),
            In(fit.Intervals.Bounds, "beta", truth["beta"]),
            In(fit.Intervals.Bounds, "a", frontier.ExponentN),
            In(at.Intervals, "params", frontier.N(flops)),
            In(at.Intervals, "loss", frontier.Loss(flops)),
            In(at.Intervals, "new_run_loss", frontier.Loss(flops) * Math.Exp(noise)),
        ];
    }
}

internal sealed record CoverageSetting(string Law, double[] Parameters, double Level, int Draws, double ComputeBeyondData, SimulatedSweep[] Settings);
