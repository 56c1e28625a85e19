using System.Diagnostics;
using System.Globalization;
using ScaleLab.EndToEnd.Tests;

namespace ScaleLab.Benchmarks;

/// <summary>
/// One sweep with more and more runs at a time on each device, in turns: its time, and whether its losses are those of runs that had the device to
/// themselves: of runs in lanes to the last bit, of stacked ones (<c>1x4</c> is one lane of four) how far they are off. The time has planning, tables,
/// fits, figures and report in it.
/// </summary>
internal static class PackingBenchmark
{
    private const string Text =
        """
        name: packing
        model: lm
        data: {source: markov, states: 16, tokens: 2_000_000}
        grid:
          n: [20k, 40k]
          d: [600k]
          seed: [0, 1, 2, 3]
        train: {schedule: cosine}
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        var devices = args.Length > 1 ? args[1] : "cpu";
        var lanes = args.Length > 2 ? args[2].Split(',') : ["1", "2", "1x4"];
        var root = Directory.CreateTempSubdirectory("scalelab-").FullName;
        try
        {
            var spec = args.Length > 3 ? Path.GetFullPath(args[3]) : Path.Combine(root, "packing.yaml");
            if (args.Length <= 3)
            {
                File.WriteAllText(spec, Text);
            }

            var seconds = lanes.ToDictionary(l => l, _ => new List<double>());
            var alone = "";
            var off = lanes.ToDictionary(l => l, _ => 0.0);
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var way in lanes)
                {
                    var (count, stack) = way.Split('x') is [var before, var after] ? (before, after) : (way, "1");
                    var folder = Path.Combine(root, FormattableString.Invariant($"{round}-{way}"));
                    var clock = Stopwatch.StartNew();
                    using var driver = new Driver(Path.Combine(root, "data"), "run", spec, "--out", folder, "--devices", devices, "--lanes", count, "--stack", stack);
                    var (code, _, error) = await driver.EndAsync();
                    if (code != 0)
                    {
                        throw new InvalidOperationException(error);
                    }

                    // The first round warms up: corpus, caches, and what plans learn.
                    if (round > 0)
                    {
                        seconds[way].Add(clock.Elapsed.TotalSeconds);
                    }

                    var losses = File.ReadAllText(Path.Combine(folder, "results.csv")) + File.ReadAllText(Path.Combine(folder, "curves.csv"));
                    alone = alone.Length == 0 ? losses : alone;
                    off[way] = Math.Max(off[way], losses == alone ? 0 : Farthest(alone, losses));
                }
            }

            foreach (var way in lanes)
            {
                var ratios = seconds[way].Zip(seconds[lanes[0]], (s, first) => first / s).Order().ToList();
                var losses = off[way] == 0 ? "the same bytes" : string.Create(CultureInfo.InvariantCulture, $"losses within {off[way]:0.0e+0}");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--lanes {way.Replace("x", " --stack ", StringComparison.Ordinal)}: {seconds[way].Order().ElementAt(rounds / 2):F1} s, {ratios[rounds / 2]:F2} ({ratios[0]:F2}–{ratios[^1]:F2}) times as fast as --lanes {lanes[0]}; {losses}"));
            }

            return off.All(o => o.Value == 0 || (o.Key.Contains('x', StringComparison.Ordinal) && o.Value < 1e-4)) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    // Largest difference of any number, where both tables have the same rows.
    private static double Farthest(string one, string other)
    {
        var (left, right) = (one.Split(',', '\n'), other.Split(',', '\n'));
        return left.Length != right.Length ? double.PositiveInfinity : left.Zip(right).Max(c =>
            c.First == c.Second ? 0
            : double.TryParse(c.First, CultureInfo.InvariantCulture, out var a) && double.TryParse(c.Second, CultureInfo.InvariantCulture, out var b) ? Math.Abs(a - b)
            : double.PositiveInfinity);
    }
}
