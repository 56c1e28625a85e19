using System.Diagnostics;
using System.Globalization;
using ScaleLab.EndToEnd.Tests;

namespace ScaleLab.Benchmarks;

/// <summary>
/// One sweep with more and more runs at a time on each device, in turns: its time, and whether its losses are those of runs that had the device to
/// themselves, to the last bit. The time has planning, tables, fits, figures and report in it.
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
        var lanes = args.Length > 2 ? args[2].Split(',') : ["1", "2", "auto"];
        var root = Directory.CreateTempSubdirectory("scalelab-").FullName;
        try
        {
            var spec = args.Length > 3 ? Path.GetFullPath(args[3]) : Path.Combine(root, "packing.yaml");
            if (args.Length <= 3)
            {
                File.WriteAllText(spec, Text);
            }

            var seconds = lanes.ToDictionary(l => l, _ => new List<double>());
            string? alone = null;
            var equal = true;
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var count in lanes)
                {
                    var folder = Path.Combine(root, FormattableString.Invariant($"{round}-{count}"));
                    var clock = Stopwatch.StartNew();
                    using var driver = new Driver(Path.Combine(root, "data"), "run", spec, "--out", folder, "--devices", devices, "--lanes", count);
                    var (code, _, error) = await driver.EndAsync();
                    if (code != 0)
                    {
                        throw new InvalidOperationException(error);
                    }

                    // The first round warms up: corpus, caches, and what plans learn.
                    if (round > 0)
                    {
                        seconds[count].Add(clock.Elapsed.TotalSeconds);
                    }

                    var losses = File.ReadAllText(Path.Combine(folder, "results.csv")) + File.ReadAllText(Path.Combine(folder, "curves.csv"));
                    equal &= (alone ??= losses) == losses;
                }
            }

            foreach (var count in lanes)
            {
                var ratios = seconds[count].Zip(seconds[lanes[0]], (s, first) => first / s).Order().ToList();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"--lanes {count}: {seconds[count].Order().ElementAt(rounds / 2):F1} s, {ratios[rounds / 2]:F2} ({ratios[0]:F2}–{ratios[^1]:F2}) times as fast as --lanes {lanes[0]}"));
            }

            Console.WriteLine($"results.csv and curves.csv: {(equal ? "the same bytes in all of them" : "they DIFFER")}");
            return equal ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
