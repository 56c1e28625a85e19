using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <summary>What a runner's own report says about training on this machine.</summary>
internal static class RunnerChecks
{
    // Float32 gives some 1e-6, TensorFloat-32 and bfloat16 some 1e-3.
    private const double LargestFloat32Error = 1e-5;

    /// <param name="report">The runner's answer.</param>
    /// <param name="device">The device that was asked for.</param>
    /// <param name="planned">The math path that plans on this machine choose.</param>
    /// <param name="driver">Whether there is an NVIDIA driver.</param>
    public static IEnumerable<Check> All(RunnerReport report, string device, MathPath planned, bool driver) =>
    [
        LibTorch(report),
        WorkersEnvironment(report, WorkerEnvironment.Variables()),
        Device(report, device, driver),
        .. report.Products.Select(p => Product(p, device, planned)),
    ];

    internal static Check Runner(string path, RunnerReport report) => report.Build == BuildInfo.Version
        ? new Check("runner", CheckOutcome.Ok, path)
        : new Check("runner", CheckOutcome.Warn, $"{path} is {report.Build}, this is {BuildInfo.Version}", "build the solution again, so that both are of one commit");

    private static Check LibTorch(RunnerReport report)
    {
        var finding = $"{report.LibtorchVersion}{(report.CudaBackend ? " with CUDA" : "")} in {report.LibtorchFolder}{(report.ShimRelaxed ? "; its shim is relaxed for this machine's libstdc++" : "")}";
        return report.LibtorchVersion.StartsWith(report.LibtorchExpected + ".", StringComparison.Ordinal)
            ? new Check("libtorch", CheckOutcome.Ok, finding)
            : new Check("libtorch", CheckOutcome.Warn, finding, $"TorchSharp was made for {report.LibtorchExpected}; others may abort: unset SCALELAB_LIBTORCH, or name one of that version");
    }

    private static Check WorkersEnvironment(RunnerReport report, IReadOnlyDictionary<string, string> wanted)
    {
        var finding = string.Join(' ', wanted.Select(v => $"{v.Key}={report.Environment.GetValueOrDefault(v.Key, "")}"));
        var arrived = wanted.All(v => report.Environment.GetValueOrDefault(v.Key) == v.Value) && report.Threads == 1;
        return arrived
            ? new Check("environment", CheckOutcome.Ok, finding)
            : new Check(
                "environment",
                CheckOutcome.Fail,
                FormattableString.Invariant($"{finding}, {report.Threads} threads"),
                "something between scalelab and its runner changes the environment: look at SCALELAB_RUNNER, which must be the runner itself or pass these variables on");
    }

    private static Check Device(RunnerReport report, string device, bool driver)
    {
        if (device == "cpu")
        {
            return new Check("device", CheckOutcome.Ok, report.CudaDevices > 0 ? FormattableString.Invariant($"cpu; {report.CudaDevices} CUDA devices as well") : "cpu; no CUDA");
        }

        return report.CudaDevices > 0
            ? new Check("device", CheckOutcome.Ok, FormattableString.Invariant($"{report.CudaDevices} CUDA devices"))
            : new Check("device", CheckOutcome.Fail, "no CUDA device", (driver, report.CudaBackend) switch
            {
                (false, _) => "there is no NVIDIA driver here: install it, or use the cpu",
                (true, false) => "this libtorch is the CPU's: build with -p:TorchBackend=cuda, or set SCALELAB_LIBTORCH (see docs/gpu.md)",
                _ => "libtorch sees none of the driver's devices: look at CUDA_VISIBLE_DEVICES, and whether nvidia-smi shows a driver new enough for this libtorch",
            });
    }

    private static Check Product(MatmulReport product, string device, MathPath planned)
    {
        var name = product.Precision == Precision.Fp32 ? "float32" : "bfloat16";
        var path = device == "cpu" && product.Precision == Precision.Fp32 ? $", {product.Math} path".ToLowerInvariant() : "";
        var finding = string.Create(CultureInfo.InvariantCulture, $"{product.Gflops:0} GFLOP/s, error {product.Error:0.0e+0}{path}");
        return product switch
        {
            { Precision: Precision.Fp32, Error: not <= LargestFloat32Error } => new Check(
                name,
                CheckOutcome.Warn,
                finding,
                "products are rounded more than float32 asks for; losses from here do not compare with those of other machines"),
            { Precision: Precision.Fp32, Math: MathPath.Exact } when device == "cpu" && planned == MathPath.Fast => new Check(
                name,
                CheckOutcome.Warn,
                finding,
                "plans choose the fast path here, which this libtorch does not offer; runs take the exact one"),
            _ => new Check(name, CheckOutcome.Ok, finding),
        };
    }
}
