using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Doctor;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Doctor;

public sealed class RunnerChecksTests
{
    private static RunnerReport Sound => new()
    {
        Build = BuildInfo.Version,
        LibtorchFolder = "/opt/libtorch",
        LibtorchVersion = "2.10.0",
        LibtorchExpected = "2.10",
        ShimRelaxed = false,
        Threads = 1,
        Environment = WorkerEnvironment.Variables(),
        CudaBackend = false,
        CudaDevices = 0,
        Products = [Float32()],
        Parity = [Parity(1e-6)],
        CopyRate = 1e10,
        Graph = Graph(0),
    };

    private static RunnerReport SoundGpu => Sound with
    {
        CudaBackend = true,
        CudaDevices = 2,
        DriverCuda = 12090,
        RuntimeCuda = 12080,
        Gpu = new GpuReport { Name = "NVIDIA H100", Capability = "9.0", MemoryBytes = 80L << 30, FreeBytes = 79L << 30 },
        CopyRate = 25e9,
        Graph = Graph(7),
    };

    [Fact]
    public void A_sound_machine_passes_every_check() =>
        Assert.All(RunnerChecks.All(Sound, "cpu", MathPath.Fast, driver: false), c => Assert.Equal((CheckOutcome.Ok, null), (c.Outcome, c.Remedy)));

    [Theory]
    [InlineData(false, false, "install it")]
    [InlineData(true, false, "-p:TorchBackend=cuda")]
    [InlineData(true, true, "CUDA_VISIBLE_DEVICES")]
    public void Cuda_that_is_not_there_fails_with_the_remedy_for_its_cause(bool driver, bool backend, string remedy)
    {
        var check = Find("device", Sound with { CudaBackend = backend, Products = [] }, "cuda", driver);
        Assert.Equal(CheckOutcome.Fail, check.Outcome);
        Assert.Contains(remedy, check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_gpu_passes_every_check()
    {
        var checks = RunnerChecks.All(SoundGpu, "cuda:1", MathPath.Exact, driver: true).ToList();
        Assert.All(checks, c => Assert.Equal((CheckOutcome.Ok, null), (c.Outcome, c.Remedy)));
        Assert.Equal(["libtorch", "symbols", "environment", "driver", "device", "gpu memory", "float32", "copy", "loss", "graphs"], checks.Select(c => c.Name));
        Assert.Equal("serves CUDA 12.9; libtorch was built with 12.8", checks.Single(c => c.Name == "driver").Finding);
    }

    [Fact]
    public void A_gpu_beyond_the_last_fails()
    {
        var check = Find("device", SoundGpu with { CudaDevices = 0, Gpu = null, Products = [] }, "cuda:2", driver: true);
        Assert.Equal((CheckOutcome.Fail, "no cuda:2", "devices count from cuda:0, among those of CUDA_VISIBLE_DEVICES"), (check.Outcome, check.Finding, check.Remedy));
    }

    [Theory]
    [InlineData("cuda:1", "cuda", "1")]
    [InlineData("cuda", "cuda", null)]
    [InlineData("cpu", "cpu", null)]
    public void A_gpu_with_a_number_is_examined_as_the_only_one(string device, string asked, string? shown)
    {
        var start = RunnerProbe.Start(device, MathPath.Exact);
        Assert.Equal(["doctor", asked, "exact"], start.ArgumentList);
        Assert.Equal(shown ?? Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"), start.Environment.TryGetValue("CUDA_VISIBLE_DEVICES", out var visible) ? visible : null);
    }

    [Theory]
    [InlineData(null, false, CheckOutcome.Fail, "install it")]
    [InlineData(null, true, CheckOutcome.Fail, "--gpus all")]
    [InlineData(11080, true, CheckOutcome.Fail, "update the driver")]
    [InlineData(12020, true, CheckOutcome.Ok, null)]
    [InlineData(13000, true, CheckOutcome.Ok, null)]
    internal void A_driver_must_serve_the_cuda_of_libtorch(int? serves, bool module, CheckOutcome outcome, string? remedy)
    {
        var check = Find("driver", SoundGpu with { DriverCuda = serves }, "cuda", module);
        Assert.Equal(outcome, check.Outcome);
        Assert.Contains(remedy ?? "", check.Remedy ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_gpu_that_others_fill_is_a_warning() =>
        Assert.Equal(CheckOutcome.Warn, Find("gpu memory", SoundGpu with { Gpu = SoundGpu.Gpu! with { FreeBytes = 30L << 30 } }, "cuda").Outcome);

    [Theory]
    [InlineData("cuda", 1e9, CheckOutcome.Warn)]
    [InlineData("cuda", 1e10, CheckOutcome.Ok)]
    [InlineData("cpu", 1e9, CheckOutcome.Ok)]
    internal void A_slow_way_to_the_gpu_is_a_warning(string device, double rate, CheckOutcome outcome) =>
        Assert.Equal(outcome, Find("copy", SoundGpu with { CopyRate = rate }, device).Outcome);

    [Theory]
    [InlineData(Precision.Fp32, 9e-5, CheckOutcome.Ok)]
    [InlineData(Precision.Fp32, 2e-4, CheckOutcome.Fail)]
    [InlineData(Precision.Fp32, double.NaN, CheckOutcome.Fail)]
    [InlineData(Precision.Bf16, 1e-2, CheckOutcome.Ok)]
    [InlineData(Precision.Bf16, 3e-2, CheckOutcome.Fail)]
    internal void Losses_that_are_not_those_of_float64_fail(Precision precision, double difference, CheckOutcome outcome)
    {
        foreach (var device in new[] { "cpu", "cuda" })
        {
            var check = Assert.Single(RunnerChecks.All(SoundGpu with { Parity = [Parity(difference) with { Precision = precision }] }, device, MathPath.Exact, driver: true), c => c.Name.StartsWith("loss", StringComparison.Ordinal));
            Assert.Equal((outcome, outcome == CheckOutcome.Ok), (check.Outcome, check.Remedy is null));
        }
    }

    [Fact]
    public void Steps_that_cannot_be_recorded_are_a_warning_and_steps_recorded_wrongly_a_failure()
    {
        Assert.Equal(CheckOutcome.Warn, Find("graphs", SoundGpu with { Graph = null }, "cuda").Outcome);
        Assert.Equal("libtorch lacks _ZN2at4cuda9CUDAGraphC1Eb", Find("graphs", SoundGpu with { Graph = Graph(0, missing: "_ZN2at4cuda9CUDAGraphC1Eb") }, "cuda").Finding);
        Assert.Equal(CheckOutcome.Warn, Find("graphs", SoundGpu with { Graph = Graph(0) }, "cuda").Outcome);
        Assert.Equal(CheckOutcome.Fail, Find("graphs", SoundGpu with { Graph = Graph(7, 1e-3) }, "cuda").Outcome);
        Assert.Equal(CheckOutcome.Fail, Find("graphs", SoundGpu with { Graph = Graph(7, double.NaN) }, "cuda").Outcome);
    }

    [Fact]
    public void A_runner_that_died_while_it_recorded_has_still_told_what_it_found()
    {
        var line = System.Text.Json.JsonSerializer.Serialize(SoundGpu with { Graph = null }, ContractJson.Line.RunnerReport);
        var (report, check) = RunnerProbe.Read("runner", 134, line + "\n", "terminate called\n");
        Assert.Equal((CheckOutcome.Ok, 2), (check.Outcome, report!.CudaDevices));
    }

    [Fact]
    public void A_function_that_libtorch_lacks_is_a_warning_that_names_it()
    {
        var check = Find("symbols", Sound with { MissingSymbols = ["_ZN2at4_ops3fooE", "_ZN2at4_ops3barE"] });
        Assert.Equal((CheckOutcome.Warn, "libtorch lacks 2 functions that TorchSharp may call, _ZN2at4_ops3fooE first"), (check.Outcome, check.Finding));
    }

    [Fact]
    public void A_variable_lost_on_the_way_fails()
    {
        var environment = WorkerEnvironment.Variables().Where(v => v.Key != "OMP_NUM_THREADS").ToDictionary();
        Assert.Equal(CheckOutcome.Fail, Find("environment", Sound with { Environment = environment }).Outcome);
        Assert.Equal(CheckOutcome.Fail, Find("environment", Sound with { Threads = 8 }).Outcome);
    }

    [Theory]
    [InlineData("2.10.1", CheckOutcome.Ok)]
    [InlineData("2.1.0", CheckOutcome.Warn)]
    [InlineData("2.11.0", CheckOutcome.Warn)]
    internal void Another_libtorch_than_the_shim_was_made_for_is_a_warning(string version, CheckOutcome outcome) =>
        Assert.Equal(outcome, Find("libtorch", Sound with { LibtorchVersion = version }).Outcome);

    [Theory]
    [InlineData(1e-6, MathPath.Fast, CheckOutcome.Ok)]
    [InlineData(1e-3, MathPath.Fast, CheckOutcome.Warn)]
    [InlineData(double.NaN, MathPath.Fast, CheckOutcome.Warn)]
    [InlineData(1e-6, MathPath.Exact, CheckOutcome.Warn)]
    internal void Float32_that_is_not_float32_or_not_the_planned_path_is_a_warning(double error, MathPath math, CheckOutcome outcome) =>
        Assert.Equal(outcome, Find("float32", Sound with { Products = [Float32() with { Error = error, Math = math }] }).Outcome);

    [Fact]
    public void A_runner_of_another_build_is_a_warning() =>
        Assert.Equal(CheckOutcome.Warn, RunnerChecks.Runner("/opt/scalelab-runner", Sound with { Build = "0.0.1+abc" }).Outcome);

    [Theory]
    [InlineData(2, "error: cannot load /opt/libc10.so: no such file\n", "libtorch", "cannot load /opt/libc10.so: no such file")]
    [InlineData(134, "terminate called\n", "libtorch", "runner ended with exit code 134: terminate called")]
    [InlineData(139, "", "libtorch", "runner ended with exit code 139: it said nothing")]
    [InlineData(0, "", "runner", "runner gives no report")]
    public void A_runner_that_gives_no_report_fails(int exitCode, string said, string name, string finding)
    {
        var (report, check) = RunnerProbe.Read("runner", exitCode, "", said);
        Assert.Null(report);
        Assert.Equal(new Check(name, CheckOutcome.Fail, finding, check.Remedy), check);
        Assert.NotNull(check.Remedy);
    }

    private static MatmulReport Float32() => new() { Size = 512, Precision = Precision.Fp32, Math = MathPath.Fast, Gflops = 100, Error = 1e-6 };

    private static GraphReport Graph(long repeated, double difference = 1e-7, params string[] missing) =>
        new() { MissingSymbols = missing, Repeated = repeated, Steps = 10, Difference = difference };

    private static ParityReport Parity(double difference) => new() { Precision = Precision.Fp32, Steps = 10, Difference = difference };

    private static Check Find(string name, RunnerReport report, string device = "cpu", bool driver = false) =>
        Assert.Single(RunnerChecks.All(report, device, MathPath.Fast, driver), c => c.Name == name);
}
