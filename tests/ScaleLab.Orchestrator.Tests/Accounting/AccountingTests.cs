using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Orchestrator.Tests.Execution;
using ScaleLab.Orchestrator.Tests.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Accounting;

public sealed class AccountingTests
{
    private const string Gpu = "NVIDIA H100 80GB HBM3";

    private static readonly DevicePool OneGpu = new([new DeviceInfo { Device = "cuda:0", Name = Gpu }], 1);

    [Fact]
    public async Task Hours_add_up_over_attempts_and_a_torn_line_counts_as_never_written()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        var key = sweep.Plan.Runs[0].Key;
        Use(key, 1800);
        File.AppendAllText(sweep.Folder.UsageFile, "lm-torn,cuda:0,12");
        Use(key, 5400);
        Collector.Collect(sweep.Folder, sweep.Plan.Runs);
        var hours = Csv.Read<TimingRow>(sweep.Folder.TimingsFile).ToDictionary(t => t.RunKey, t => t.DeviceHours);
        Assert.Equal(2, hours[key]);
        Assert.All(hours.Where(h => h.Key != key), h => Assert.Null(h.Value));

        void Use(string run, double seconds) => UsageFile.Append(sweep.Folder, new UsageRow { RunKey = run, Device = "cuda:0", Seconds = 2 * seconds, DeviceSeconds = seconds });
    }

    [Fact]
    public async Task Hours_on_a_cluster_are_those_that_attempts_write_down_and_join_those_of_a_driver()
    {
        using var sweep = new TestSweep();
        await sweep.RunAsync();
        Directory.CreateDirectory(sweep.Folder.SlurmFolder);
        var (run, begun) = (sweep.Folder.Run(sweep.Plan.Runs[0].Key), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        UsageFile.Append(sweep.Folder, new UsageRow { RunKey = sweep.Plan.Runs[0].Key, Device = "cuda:0", Seconds = 3600, DeviceSeconds = 3600 });
        foreach (var hours in (double[])[2, 4])
        {
            var attempt = run.ClaimAttempt();
            attempt.Publish(new AttemptAccount { Host = "n1", Job = "7_0", Devices = 0.25, Begun = begun });
            File.WriteAllText(attempt.HeartbeatFile, "");
            File.SetLastWriteTimeUtc(attempt.HeartbeatFile, begun.UtcDateTime.AddHours(hours));
        }

        Collector.Collect(sweep.Folder, sweep.Plan.Runs);
        Assert.Equal(2.5, Csv.Read<TimingRow>(sweep.Folder.TimingsFile).Single(t => t.RunKey == sweep.Plan.Runs[0].Key).DeviceHours);
    }

    [Fact]
    public void Utilisation_is_the_models_flops_over_the_peak_at_its_precision()
    {
        using var sweep = new TestSweep();
        sweep.Plan = Sample.Plan("grid: {n: 43k, d: 1M}\ntrain: {schedule: cosine, precision: bf16}", new Target { Device = "cuda" });
        var spec = Assert.Single(sweep.Plan.Runs).Spec;
        Finish(sweep, spec, trained: 8, measured: 2, memory: 5_000_000_000);
        var row = Assert.Single(Csv.Read<TimingRow>(sweep.Folder.TimingsFile));
        var rate = spec.Training.Model.TrainingFlopsPerUnit * spec.Training.D / 8;
        Assert.Equal((rate, 989.4e12, 10, 5_000_000_000), (row.FlopsPerSecond, row.PeakFlops, row.WallSeconds, row.PeakMemoryBytes));
        Assert.Equal(rate / 989.4e12, row.Mfu!.Value, 1e-15);
        Assert.Equal(spec.Training.D / 8.0, row.DPerSecond);
    }

    [Fact]
    public async Task A_device_that_no_data_sheet_knows_is_measured_once()
    {
        var machine = new MachineRecord();
        var asked = 0;
        for (var i = 0; i < 2; i++)
        {
            await machine.MeasureAsync(new DeviceInfo { Device = "cuda:0", Name = "Prototype" }, MathPath.Exact, Probe);
        }

        await machine.MeasureAsync(OneGpu.Devices[0], MathPath.Exact, Probe);
        Assert.Equal(1, asked);
        var spec = Assert.Single(Sample.Plan("grid: {n: 43k, d: 1M}\ntrain: {schedule: cosine}", new Target { Device = "cuda" }).Runs).Spec;
        Assert.Equal((7e9, 67e12, null), (machine.Peak(spec, "Prototype"), machine.Peak(spec, Gpu), machine.Peak(spec, null)));

        Task<IReadOnlyList<MatmulReport>> Probe()
        {
            asked++;
            return Task.FromResult<IReadOnlyList<MatmulReport>>([new MatmulReport { Size = 512, Precision = Precision.Fp32, Math = MathPath.Exact, Gflops = 7, Error = 0 }]);
        }
    }

    [Fact]
    public void Plans_learn_from_runs_of_the_same_device_and_change_neither_keys_nor_chunks()
    {
        using var sweep = new TestSweep();
        var file = new CalibrationFile(Path.Combine(sweep.Folder.Path, "calibration.csv"));
        const string spec = "grid: {n: [133k, 382k, 1M], d: [20M, 40M]}\ntrain: {schedule: cosine}";
        sweep.Plan = Sample.Plan(spec, new Target { Device = "cuda" });
        Assert.Null(file.For(OneGpu, MathPath.Exact));
        foreach (var run in sweep.Plan.Runs)
        {
            // Three times as long and half as large again as foretold.
            Finish(sweep, run.Spec, 3 * run.Time.TotalSeconds, 0, run.Memory * 3 / 2);
        }

        file.Learn(sweep.Folder, sweep.Plan, OneGpu);
        var learnt = file.For(OneGpu, MathPath.Exact)!;
        Assert.Equal(6, learnt.Runs);
        Assert.Equal(2.0 / 3, learnt.TimeErrorBefore!.Value, 0.01);
        Assert.InRange(learnt.TimeError!.Value, 0, 0.01);
        Assert.InRange(learnt.MemoryError!.Value, 0, 0.01);
        Assert.Null(file.For(OneGpu with { Lanes = 2 }, MathPath.Exact));
        Assert.Null(file.For(new DevicePool([new DeviceInfo { Device = "cuda:0", Name = "Prototype" }], 1), MathPath.Exact));

        var wiser = Sample.Plan(spec, new Target { Device = "cuda", Calibration = learnt });
        foreach (var (before, after) in sweep.Plan.Runs.Zip(wiser.Runs))
        {
            Assert.Equal(before.Spec, after.Spec);
            Assert.Equal(3, after.Time / before.Time, 0.02);
            Assert.Equal(1.5, (double)after.Memory / before.Memory, 0.02);
        }

        // Learning the same again teaches nothing more.
        file.Learn(sweep.Folder, sweep.Plan, OneGpu);
        Assert.Equal(6, file.For(OneGpu, MathPath.Exact)!.Runs);
    }

    [Fact]
    public void What_ran_out_of_memory_on_every_device_is_planned_for()
    {
        const string spec = "grid: {n: [43k, 1M], d: 1M}\ntrain: {schedule: cosine}";
        var usual = Sample.Plan(spec);
        var careful = Sample.Plan(spec, new Target { RecomputeFrom = usual.Runs[1].Memory });
        Assert.Equal(usual.Runs[0].Time, careful.Runs[0].Time);
        Assert.Equal(4.0 / 3, careful.Runs[1].Time / usual.Runs[1].Time, 1e-6);
        Assert.Contains("1 of 2 runs compute their activations twice", Assert.Single(careful.Notes), StringComparison.Ordinal);
    }

    private static void Finish(TestSweep sweep, RunSpec spec, double trained, double measured, long memory)
    {
        var folder = sweep.Folder.Run(spec.Key);
        folder.Create(spec);
        folder.Publish(new RunResult
        {
            Key = spec.Key,
            Status = RunStatus.Ok,
            Attempt = folder.ClaimAttempt().Number,
            Step = spec.Training.EndStep,
            ValLoss = 1,
            Evaluation = spec.Evaluation,
            WallSeconds = trained + measured,
            EvaluationSeconds = measured,
            PeakMemoryBytes = memory,
            Machine = new RunMachine { Host = "", Device = "cuda", DeviceName = Gpu, Libtorch = "", Build = "" },
        });
        UsageFile.Append(sweep.Folder, new UsageRow { RunKey = spec.Key, Device = "cuda:0", Seconds = trained + measured, DeviceSeconds = trained + measured });
        Collector.Collect(sweep.Folder, [.. sweep.Plan.Runs.Where(r => sweep.Folder.Run(r.Key).Exists)]);
    }
}
