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
    public void Cuda_that_is_there_passes() =>
        Assert.Equal(CheckOutcome.Ok, Find("device", Sound with { CudaBackend = true, CudaDevices = 2 }, "cuda:1", driver: true).Outcome);

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

    private static MatmulReport Float32() => new() { Precision = Precision.Fp32, Math = MathPath.Fast, Gflops = 100, Error = 1e-6 };

    private static Check Find(string name, RunnerReport report, string device = "cpu", bool driver = false) =>
        Assert.Single(RunnerChecks.All(report, device, MathPath.Fast, driver), c => c.Name == name);
}
