using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.EndToEnd.Tests;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Benchmarks;

/// <summary>
/// A sweep of 20 runs by <c>scalelab run</c> against the bare runner on the same run folders, in turns: one process with all of them,
/// then two side by side with half each. Medians of the rounds. The sweep's time has planning, tables, fits, figures and report in it.
/// </summary>
/// <remarks><c>overhead 5 400k 2</c>: rounds, tokens of each run, and how many at once (1 and 2 unless told).</remarks>
internal static class OverheadBenchmark
{
    private const string Text =
        """
        name: overhead
        model: lm
        data: {source: markov, states: 16, tokens: 2_000_000}
        grid:
          n: [40k]
          d: [TOKENS]
          seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
        train: {schedule: cosine}
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        var text = Text.Replace("TOKENS", args.Length > 1 ? args[1] : "600k", StringComparison.Ordinal);
        using var root = new Root();
        File.WriteAllText(root.In("overhead.yaml"), text);
        File.WriteAllText(root.In("one.yaml"), text.Replace("seed: [0,", "seed: [100] #", StringComparison.Ordinal));

        // Prepares the corpus, and fills the caches.
        await Sweep(root, "one.yaml", 1);
        foreach (var workers in args.Length > 2 ? [int.Parse(args[2], CultureInfo.InvariantCulture)] : (int[])[1, 2])
        {
            var (swept, bare) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                swept.Add(await Sweep(root, "overhead.yaml", workers));
                bare.Add(await Bare(root, workers));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: scalelab {swept[^1]:F1} s, bare {bare[^1]:F1} s, {workers} at once"));
            }

            var ratio = Median([.. swept.Zip(bare, (a, b) => a / b)]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workers} at once: {Median(swept):F1} s against {Median(bare):F1} s bare; median of the rounds: {ratio:F3} of the time, {1 / ratio:F3}x the throughput"));
        }

        return 0;
    }

    private static async Task<double> Sweep(Root root, string spec, int lanes)
    {
        var folder = root.In(Guid.NewGuid().ToString("N"));
        var clock = Stopwatch.StartNew();
        using var driver = new Driver(root.In("data"), "run", root.In(spec), "--out", folder, "--lanes", lanes.ToString(CultureInfo.InvariantCulture));
        var (code, _, error) = await driver.EndAsync();
        root.Last = folder;
        return code == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException(error);
    }

    // The run folders of the last sweep, as they were before they ran.
    private static async Task<double> Bare(Root root, int processes)
    {
        var bare = root.In(Guid.NewGuid().ToString("N"));
        var runs = Directory.GetDirectories(Path.Combine(root.Last, "runs")).Select(run =>
        {
            var copy = Directory.CreateDirectory(Path.Combine(bare, "runs", Path.GetFileName(run))).FullName;
            File.Copy(Path.Combine(run, "run.json"), Path.Combine(copy, "run.json"));
            return copy;
        }).ToList();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(runs.Index().GroupBy(r => r.Index % processes).Select(g => Runner(root, [.. g.Select(r => r.Item)])));
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task Runner(Root root, string[] folders)
    {
        var start = RunnerExecutable.Start(["run", .. folders]);
        start.RedirectStandardError = true;
        start.Environment["SCALELAB_DATA"] = root.In("data");
        start.Environment["CUDA_VISIBLE_DEVICES"] = "";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InputException($"scalelab-runner ended with exit code {process.ExitCode}: {string.Concat(said)}");
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class Root : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("scalelab-").FullName;

        public string Last { get; set; } = "";

        public string In(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
