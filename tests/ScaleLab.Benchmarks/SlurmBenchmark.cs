using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.EndToEnd.Tests;
using ScaleLab.EndToEnd.Tests.Slurm;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Benchmarks;

/// <summary>On a real Slurm of two virtual nodes: every disturbance of the chaos tests in a sweep of its own, or a sweep of 1,000 runs that take no time.</summary>
internal static class SlurmBenchmark
{
    // 10 sizes x 10 amounts of data x 5 seeds: 500 branches and 500 stretches of 50 trunks.
    private const int Runs = 1000;

    private const string Many =
        """
        name: many
        model: lm
        data: {source: markov, states: 16, tokens: 1M}
        grid:
          n: [15k, 22k, 30k, 43k, 60k, 80k, 133k, 230k, 382k, 600k]
          d: [1M, 1.5M, 2M, 2.5M, 3M, 4M, 5M, 6M, 7M, 8M]
          seeds: 5
        slurm: {gres: "shard:1"}
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (SlurmCluster.Obstacle is { } obstacle)
        {
            throw new InputException(obstacle);
        }

        return args is ["many"] ? await ManyAsync() : await ChaosAsync(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1);
    }

    /// <summary>Stands in for the runner: a result for every folder, at once.</summary>
    public static int MakeUp(IEnumerable<string> folders)
    {
        foreach (var run in folders.Select(f => new RunFolder(f)))
        {
            var (spec, attempt) = (run.ReadSpec(), run.ClaimAttempt());
            var training = spec.Training;
            attempt.Publish(new RestorePoint(training.StartStep, null));
            var loss = SimulationModel.Losses(spec)(training.D, training.Phase == RunPhase.Trunk ? 0 : 1);
            using (var curve = new FileStream(attempt.CurveFile, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                Csv.Write(curve, [new CurveRow { RunKey = spec.Key, Step = training.EndStep, D = training.D, C = training.Model.TrainingFlops(training.D), Lr = 0, TrainLoss = loss, Annealed = training.Phase != RunPhase.Trunk }]);
            }

            run.Publish(new RunResult
            {
                Key = spec.Key,
                Status = RunStatus.Ok,
                Attempt = attempt.Number,
                Step = training.EndStep,
                TrainLoss = loss,
                Evaluation = spec.Evaluation,
                ValLoss = loss,
                Machine = new RunMachine { Host = Environment.MachineName, Device = "cpu", Libtorch = "", Build = spec.Build },
            });
        }

        return 0;
    }

    private static async Task<int> ChaosAsync(int rounds)
    {
        using var sweep = ClusterSweep.Whole();
        await sweep.BeginAsync();
        Console.WriteLine(FormattableString.Invariant($"{sweep.Runs} runs; undisturbed on this machine, the sweep takes {sweep.Duration.TotalSeconds:F1} s"));
        var clean = true;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var disturbance in SlurmChaos.Quick.Concat(SlurmChaos.Slow))
            {
                using var cluster = new SlurmCluster();
                var begun = Stopwatch.StartNew();
                var report = await new SlurmChaos(cluster, sweep).RunAsync(disturbance);
                Console.WriteLine(FormattableString.Invariant($"{disturbance,-32} {begun.Elapsed.TotalSeconds,4:F0} s: {report}"));
                clean &= report.IsClean && report.Kills > 0;
            }
        }

        Console.WriteLine(clean ? "every table is byte for byte that of the local executor" : "DIFFERENT, or not disturbed");
        return clean ? 0 : 1;
    }

    private static async Task<int> ManyAsync()
    {
        var root = Directory.CreateTempSubdirectory("scalelab-slurm-").FullName;
        try
        {
            using var cluster = new SlurmCluster();
            var (spec, runner, data) = (Path.Combine(root, "many.yaml"), Path.Combine(root, "runner"), Path.Combine(root, "data"));
            await File.WriteAllTextAsync(spec, Many);
            await File.WriteAllTextAsync(runner, $"#!/bin/bash\n[ \"$1\" = run ] || exec '{RunnerExecutable.Path}' \"$@\"\nshift\nexec '{Environment.ProcessPath}' made-up-runs \"$@\"\n");
            File.SetUnixFileMode(runner, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var environment = cluster.Environment.Append(("SCALELAB_RUNNER", runner)).ToArray();
            var (detached, attached) = (Path.Combine(root, "detached"), Path.Combine(root, "attached"));

            await Timed(["plan", spec]);
            var plan = await Timed(["plan", spec, "--executor", "slurm", "--devices", "cpu"]);
            var send = await Timed(["run", spec, "--out", detached, "--executor", "slurm", "--devices", "cpu", "--detach", "--sbatch=--begin=now+1hour"]);
            Console.WriteLine(FormattableString.Invariant($"run --detach {send.TotalSeconds,6:F2} s, {send.TotalMilliseconds / Runs:F1} ms a run in all; beyond the plan's {plan.TotalSeconds:F2} s, {(send - plan).TotalMilliseconds / Runs:F1} ms a run"));

            // Nothing trains yet: the machine is theirs.
            Console.WriteLine(FormattableString.Invariant($"status       {(await MedianAsync(["status", detached])).TotalSeconds,6:F2} s"));
            cluster.KillController();
            Console.WriteLine(FormattableString.Invariant($"status       {(await MedianAsync(["status", detached])).TotalSeconds,6:F2} s with the controller down"));
            cluster.StartController();
            while (!cluster.TakesJobs)
            {
                await Task.Delay(100);
            }

            cluster.Begin();
            Console.WriteLine(FormattableString.Invariant($"run          {(await Timed(["run", spec, "--out", detached, "--executor", "slurm", "--devices", "cpu"])).TotalSeconds,6:F2} s until all are done"));
            Console.WriteLine(FormattableString.Invariant($"run          {(await Timed(["run", spec, "--out", attached, "--executor", "slurm", "--devices", "cpu"])).TotalSeconds,6:F2} s from the beginning, attached: {Directory.EnumerateFiles(Path.Combine(attached, "slurm"), "job.sh", SearchOption.AllDirectories).Count()} calls of sbatch"));
            var rows = File.ReadLines(Path.Combine(detached, "results.csv")).Count(l => l.Contains(",ok,", StringComparison.Ordinal));
            var same = File.ReadAllText(Path.Combine(detached, "results.csv")) == File.ReadAllText(Path.Combine(attached, "results.csv"));
            Console.WriteLine(FormattableString.Invariant($"{rows} rows of results.csv are ok; the two tables are {(same ? "the same" : "DIFFERENT")}"));
            return same && rows == Runs / 2 ? 0 : 1;

            async Task<TimeSpan> MedianAsync(string[] arguments)
            {
                var times = new List<TimeSpan>();
                for (var i = 0; i < 5; i++)
                {
                    times.Add(await Timed(arguments));
                }

                return times.Order().ElementAt(2);
            }

            async Task<TimeSpan> Timed(string[] arguments)
            {
                var begun = Stopwatch.StartNew();
                using var driver = new Driver(data, environment, arguments);
                var (code, _, error) = await driver.EndAsync();
                return code == 0 ? begun.Elapsed : throw new InputException($"scalelab {string.Join(' ', arguments)} failed: {error}");
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
