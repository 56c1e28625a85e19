using System.Globalization;
using System.Text.Json;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Benchmarks;

/// <summary>How many planted defects are flagged, and how many clean rows (settings/hygiene.json): one sweep has one kind of defect, or one of each.</summary>
internal static class HygieneBenchmark
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly string[] Kinds = ["truncated", "learning rate", "duplicate", "swapped", "thousand-fold", "one of each"];

    public static int Run(string[] args)
    {
        var setting = JsonSerializer.Deserialize<HygieneSetting>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "settings", "hygiene.json")), Snake)!;
        var sweeps = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
        var law = new LossSurface(ScalingLaw.Of(setting.Law), [.. setting.Parameters]);
        Console.WriteLine($"{sweeps} sweeps of {setting.Sweep.Sizes} x {setting.Sweep.Lengths} rows each, {setting.DefectsPerSweep} defects in a sweep");
        Console.WriteLine($"{"planted",-16}{"found, %",12}{"clean rows flagged, %",24}");
        foreach (var kind in Kinds)
        {
            var (planted, found, clean, falsely) = (0, 0, 0, 0);
            Parallel.For(0, sweeps, i =>
            {
                var (rows, bad) = setting.Plant(law, kind, Kinds, (ulong)i);
                var flagged = ParametricFit.Run(new ObservationTable(kind, rows, [], "each row"), law.Law, new FitOptions { Bootstrap = 0 }).Flagged.Select(f => f.Run).ToHashSet();
                Interlocked.Add(ref planted, bad.Count);
                Interlocked.Add(ref found, bad.Count(flagged.Contains));
                Interlocked.Add(ref clean, rows.Count - bad.Count);
                Interlocked.Add(ref falsely, flagged.Count(run => !bad.Contains(run)));
            });
            Console.WriteLine(FormattableString.Invariant($"{kind,-16}{100.0 * found / planted,12:F1}{100.0 * falsely / clean,24:F2}"));
        }

        return 0;
    }
}

/// <param name="Law">Of the sweep.</param>
/// <param name="Parameters">Its numbers.</param>
/// <param name="Sweep">Before anything goes wrong.</param>
/// <param name="DefectsPerSweep">Rows that do.</param>
/// <param name="LeastEffect">A defect is planted where it moves ln loss by so many standard deviations of the noise; any less is noise.</param>
/// <param name="LargestCopyError">A copy's loss differs by up to so many standard deviations.</param>
/// <param name="TruncatedAt">Share of D after which a run ended.</param>
/// <param name="UnannealedExcess">Of ln loss, since its learning rate had not come down.</param>
/// <param name="ExcessOfARateFourTimesOff">Of ln loss.</param>
internal sealed record HygieneSetting(
    string Law, double[] Parameters, SimulatedSweep Sweep, int DefectsPerSweep, double LeastEffect, double LargestCopyError,
    double TruncatedAt, double UnannealedExcess, double ExcessOfARateFourTimesOff)
{
    public (List<Observation> Rows, HashSet<string> Bad) Plant(LossSurface law, string kind, string[] kinds, ulong seed)
    {
        var rows = Sweep.Draw(law, seed).Observations.Select(o => o with { LearningRate = 0.01 * Math.Pow(o.N, -0.1) }).ToList();
        var (random, bad) = (new SplitMix64(seed, 1), new HashSet<string>());
        while (bad.Count < DefectsPerSweep)
        {
            var (i, planted) = (random.Below(rows.Count), kind == kinds[^1] ? kinds[bad.Count % (kinds.Length - 1)] : kind);
            if (bad.Contains(rows[i].Run))
            {
                continue;
            }

            var spoilt = Spoil(law, planted, rows[i], ref random);
            var effect = Math.Abs(Math.Log(spoilt.Loss / law.Loss(spoilt.N, spoilt.D)) - Math.Log(rows[i].Loss / law.Loss(rows[i].N, rows[i].D)));
            if (planted == "duplicate")
            {
                rows.Add(spoilt);
                bad.Add(spoilt.Run);
            }
            else if (effect >= LeastEffect * Sweep.Noise)
            {
                rows[i] = spoilt;
                bad.Add(spoilt.Run);
            }
        }

        return (rows, bad);
    }

    private Observation Spoil(LossSurface law, string kind, Observation o, ref SplitMix64 random) => kind switch
    {
        "truncated" => o with { Loss = o.Loss * law.Loss(o.N, TruncatedAt * o.D) / law.Loss(o.N, o.D) * Math.Exp(UnannealedExcess) },
        "learning rate" => o with { Loss = o.Loss * Math.Exp(ExcessOfARateFourTimesOff), LearningRate = o.LearningRate * (random.Below(2) == 0 ? 4 : 0.25) },
        "duplicate" => o with { Run = o.Run + " again", Loss = o.Loss * Math.Exp(LargestCopyError * Sweep.Noise * ((2 * random.Uniform()) - 1)) },
        "swapped" => o with { N = o.D, D = o.N },
        _ => random.Below(4) switch
        {
            0 => o with { N = o.N * 1000, C = o.C * 1000 },
            1 => o with { N = o.N / 1000, C = o.C / 1000 },
            2 => o with { D = o.D * 1000, C = o.C * 1000 },
            _ => o with { D = o.D / 1000, C = o.C / 1000 },
        },
    };
}
