using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Benchmarks;

/// <summary>
/// How well a sweep finds an irreducible loss that is known: first its repeats with other seeds as they were trained, each fitted by itself, then sweeps that are drawn from the law of all of them together and their measured noise.
/// The noise is drawn as whole trunks, so what runs of a trunk share is in it: with several repeats, what one repeat's runs of one size miss the mean of all repeats by, widened for what the mean has taken of it; with one, what the runs of any one size miss the law by.
/// </summary>
internal static class WorldsBenchmark
{
    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("usage: worlds RESULTS.csv [SWEEPS [LAW]]: the results of a sweep with several seeds");
            return 2;
        }

        var sweeps = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 500;
        var form = ScalingLaw.Of(args.Length > 2 ? args[2] : "chinchilla");
        var table = ObservationFile.Read(args[0]);
        var floor = table.Floor ?? throw new InvalidOperationException($"{args[0]} has no loss_floor that is one number for all rows");
        var repeats = table.Observations.GroupBy(o => o.Seed).OrderBy(g => int.Parse(g.Key, CultureInfo.InvariantCulture)).Select(g => g.ToList()).ToList();
        Console.WriteLine(FormattableString.Invariant($"floor {floor:F5}; {repeats.Count} repeats of {repeats[0].Count} runs"));
        Console.WriteLine($"{"seed",6}{"E",10}{"missed by %",13}{"95 % interval",22}{"± %",7}{"holds",7}{"lowest loss",13}");
        Tally(repeats.Select(r => (r[0].Seed, Fit(table with { Observations = r }, form, 0), r.Min(o => o.Loss))), floor, print: true);

        var whole = Fit(table, form, 0);
        var law = whole.Surface!;
        var truth = whole.Parameters["E"];
        Console.WriteLine(FormattableString.Invariant($"the law of all together: {string.Join(", ", whole.Parameters.Select(p => $"{p.Key} {p.Value:G5}"))}"));
        var noise = repeats.Count > 1 ? Noise(repeats) : Noise(repeats[0], law);
        Console.WriteLine(FormattableString.Invariant($"noise of ln loss: {100 * Math.Sqrt(noise.SelectMany(n => n.Value).SelectMany(r => r.Values).Average(e => e * e)):F3} %"));
        var fits = new Fit[sweeps];
        Parallel.For(0, sweeps, i => fits[i] = Fit(Draw(table, repeats[0], law, noise, (ulong)i), form, (ulong)i));
        Console.WriteLine(FormattableString.Invariant($"{sweeps} sweeps drawn from it:"));
        Tally(fits.Select((f, i) => (i.ToString(CultureInfo.InvariantCulture), f, 0.0)), truth, print: false);
        return 0;
    }

    private static Fit Fit(ObservationTable table, ScalingLaw law, ulong seed) => ParametricFit.Run(table, law, new FitOptions { Seed = seed });

    private static void Tally(IEnumerable<(string Name, Fit Fit, double Lowest)> fits, double truth, bool print)
    {
        var (held, narrow, both, count, widths, misses) = (0, 0, 0, 0, new List<double>(), new List<double>());
        foreach (var (name, fit, lowest) in fits)
        {
            count++;
            var e = fit.Parameters["E"];
            misses.Add((e / truth) - 1);
            if (!fit.Intervals.Bounds.TryGetValue("E", out var i))
            {
                Console.WriteLine($"{name,6}  {fit.Intervals.Refused}");
                continue;
            }

            var (holds, width) = (i.Low <= truth && truth <= i.High, (i.High - i.Low) / 2 / truth);
            (held, narrow, both) = (held + (holds ? 1 : 0), narrow + (width < 0.03 ? 1 : 0), both + (holds && width < 0.03 ? 1 : 0));
            widths.Add(width);
            if (print)
            {
                Console.WriteLine(FormattableString.Invariant($"{name,6}{e,10:F5}{100 * misses[^1],13:F2}{$"{i.Low:F4} … {i.High:F4}",22}{100 * width,7:F2}{(holds ? "yes" : "no"),7}{lowest,13:F5}"));
            }
        }

        Console.WriteLine(FormattableString.Invariant($"  {held} of {count} 95 % intervals hold the truth ({100.0 * held / count:F1} %), {narrow} are narrower than ±3 %, {both} are both; E misses it by {100 * misses.Average():F2} % in the mean, {100 * Math.Sqrt(misses.Average(m => m * m)):F2} % root mean square; median half-width {100 * widths.Order().ElementAt(widths.Count / 2):F2} %"));
    }

    // By N: of each repeat, by D, what its ln loss misses the mean of all repeats by.
    private static Dictionary<double, List<Dictionary<double, double>>> Noise(List<List<Observation>> repeats)
    {
        var widen = Math.Sqrt(repeats.Count / (repeats.Count - 1.0));
        var means = repeats.SelectMany(r => r).GroupBy(o => (o.N, o.D)).ToDictionary(g => g.Key, g => g.Average(o => Math.Log(o.Loss)));
        return repeats[0].GroupBy(o => o.N).ToDictionary(
            size => size.Key,
            size => repeats.Select(r => r.Where(o => o.N == size.Key).ToDictionary(o => o.D, o => widen * (Math.Log(o.Loss) - means[(o.N, o.D)]))).ToList());
    }

    private static Dictionary<double, List<Dictionary<double, double>>> Noise(List<Observation> rows, LossSurface law)
    {
        var trunks = rows.GroupBy(o => o.N).Select(size => size.ToDictionary(o => o.D, o => Math.Log(o.Loss / law.Loss(o.N, o.D)))).ToList();
        return rows.Select(o => o.N).Distinct().ToDictionary(n => n, _ => trunks);
    }

    private static ObservationTable Draw(ObservationTable table, List<Observation> design, LossSurface law, Dictionary<double, List<Dictionary<double, double>>> noise, ulong seed)
    {
        var random = new SplitMix64(seed, 1);
        var drawn = noise.ToDictionary(n => n.Key, n => (Of: n.Value[(int)(random.Uniform() * n.Value.Count)], Sign: random.Uniform() < 0.5 ? -1 : 1));
        return table with { Observations = [.. design.Select(o => o with { Loss = law.Loss(o.N, o.D) * Math.Exp(drawn[o.N].Sign * drawn[o.N].Of[o.D]) })] };
    }
}
