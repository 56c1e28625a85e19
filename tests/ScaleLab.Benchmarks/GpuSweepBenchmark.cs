using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.EndToEnd.Tests;

namespace ScaleLab.Benchmarks;

/// <summary>
/// A sweep of 24 runs by <c>scalelab run</c> against PyTorch (rivals/lm.py): run after run, eager and torch.compile, without what compiling takes; and
/// several processes side by side. The same shapes, batches and numbers of steps; our time has planning, evaluation, tables, law and figures in it. Not run on a GPU.
/// </summary>
internal static class GpuSweepBenchmark
{
    private const string Text =
        """
        name: gpu-sweep
        model: lm
        data: {source: markov, states: 64, tokens: 20_000_000}
        options: {context: 256}
        grid: {n: [0.5M, 1M, 2M, 3.5M, 6M, 10M], tokens_per_param: [20], seed: [0, 1, 2, 3]}
        train: {schedule: cosine, precision: bf16, batch: 4096, warmup: 400k}
        evaluation: {blocks: 64}
        """;

    private const string TinyText =
        """
        name: gpu-sweep
        model: lm
        data: {source: markov, states: 64, tokens: 1_000_000}
        options: {context: 64}
        grid: {n: [15k, 30k], tokens_per_param: [10], seed: [0, 1]}
        train: {schedule: cosine, batch: 1024, warmup: 10k}
        evaluation: {blocks: 16}
        """;

    /// <param name="args">Device, lanes (a number or <c>auto</c>), the rival's processes side by side.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var device = args.Length > 0 ? args[0] : "cuda";
        var cpu = device == "cpu";
        var lanes = args.Length > 1 ? args[1] : cpu ? "2" : "auto";
        var side = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : cpu ? 2 : 8;
        Rival.Load();
        var root = Directory.CreateTempSubdirectory("scalelab-").FullName;
        try
        {
            var spec = Path.Combine(root, "sweep.yaml");
            File.WriteAllText(spec, cpu ? TinyText : Text);
            var clock = Stopwatch.StartNew();
            using (var driver = new Driver(Path.Combine(root, "data"), "run", spec, "--out", Path.Combine(root, "out"), "--devices", device, "--lanes", lanes))
            {
                var (code, _, error) = await driver.EndAsync();
                if (code != 0)
                {
                    throw new InvalidOperationException(error);
                }
            }

            var ours = clock.Elapsed.TotalSeconds;
            var runs = Directory.GetDirectories(Path.Combine(root, "out", "runs")).Select(f => new RunFolder(f).ReadSpec().Training).ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} runs on {device}: ScaleLab, {lanes} lanes, {ours:F1} s from plan to report"));
            var jobs = runs.Select((run, i) => Job(root, i, run, device)).ToList();
            foreach (var mode in cpu ? ["eager"] : new[] { "eager", "compile" })
            {
                var answers = jobs.ConvertAll(job => Rival.Ask(Rival.Python(device), job(mode)));
                Tell($"PyTorch {mode}, one after another", answers.Sum(a => a["seconds"]!.GetValue<double>()), ours);
            }

            clock.Restart();
            await Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = side }, (job, _) =>
            {
                Rival.Ask(Rival.Python(device), job("eager"));
                return ValueTask.CompletedTask;
            });
            Tell($"PyTorch eager, {side} side by side, start-up included", clock.Elapsed.TotalSeconds, ours);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        return 0;
    }

    private static void Tell(string what, double theirs, double ours) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {theirs:F1} s, {theirs / ours:F2} times as long"));

    // The arguments of lm.py for one run, by mode.
    private static Func<string, string[]> Job(string root, int number, TrainingSpec run, string device)
    {
        var (folder, shape) = (Path.Combine(root, $"case{number}"), (LanguageModelShape)run.Model);
        new GpuCase("", shape, (int)(run.Batch.Initial / shape.Context)).Write(folder, run.Seed);
        return mode => [Rival.Script("lm.py"), folder, device, run.Precision == Precision.Bf16 ? "bf16" : "fp32", mode, "0", run.EndStep.ToString(CultureInfo.InvariantCulture)];
    }
}
