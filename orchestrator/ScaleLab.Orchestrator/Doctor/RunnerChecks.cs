using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <summary>What a runner's own report says about training on this machine.</summary>
internal static class RunnerChecks
{
    // Float32 gives some 1e-6, TensorFloat-32 and bfloat16 some 1e-3.
    private const double LargestFloat32Error = 1e-5;

    // A loss of a few nats after a few steps: float32 strays by some 1e-6, bfloat16 by some 1e-3.
    private const double LargestFloat32Difference = 1e-4;
    private const double LargestBfloat16Difference = 2e-2;

    // PCIe 3.0 with 16 lanes brings 12 GB/s.
    private const double SlowestCopy = 3e9;
    private const double LeastFreeShare = 0.5;

    /// <param name="report">The runner's answer.</param>
    /// <param name="device">The device that was asked for.</param>
    /// <param name="planned">The math path that plans on this machine choose.</param>
    /// <param name="driver">Whether there is an NVIDIA driver.</param>
    public static IEnumerable<Check> All(RunnerReport report, string device, MathPath planned, bool driver) =>
    [
        LibTorch(report),
        Symbols(report),
        WorkersEnvironment(report, WorkerEnvironment.Variables()),
        .. device == "cpu" ? [] : new[] { Driver(report, driver) },
        Device(report, device, driver || report.DriverCuda is not null),
        .. report.Gpu is { } gpu ? [GpuMemory(gpu)] : Array.Empty<Check>(),
        .. report.Products.Select(p => Product(p, device, planned)),
        .. report.CopyRate is { } rate ? [Copy(rate, device)] : Array.Empty<Check>(),
        .. report.Parity.Select(p => Parity(p, device)),
        .. report.Parity.Count > 0 ? [Graph(report.Graph, device)] : Array.Empty<Check>(),
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

    private static Check Symbols(RunnerReport report) => report.MissingSymbols.Count == 0
        ? new Check("symbols", CheckOutcome.Ok, "libtorch has all that TorchSharp may call")
        : new Check(
            "symbols",
            CheckOutcome.Warn,
            FormattableString.Invariant($"libtorch lacks {report.MissingSymbols.Count} functions that TorchSharp may call, {report.MissingSymbols[0]} first"),
            $"a call to one ends the worker: if the checks below pass, training calls none; otherwise use a libtorch {report.LibtorchExpected}");

    private static Check Driver(RunnerReport report, bool module)
    {
        var (driver, runtime) = (report.DriverCuda, report.RuntimeCuda);
        var finding = driver is { } version ? $"serves CUDA {Cuda(version)}" : module ? "its kernel module is loaded; libcuda.so.1 is not found" : "none";
        return (driver, runtime) switch
        {
            (null, _) => new Check(
                "driver",
                CheckOutcome.Fail,
                finding,
                module ? "in a container, start it with the NVIDIA runtime (docker run --gpus all); else put libcuda.so.1 on the loader's path" : "there is no NVIDIA driver here: install it, or use the cpu"),
            ({ } has, { } wants) when has / 1000 < wants / 1000 => new Check(
                "driver",
                CheckOutcome.Fail,
                $"{finding}; libtorch was built with {Cuda(wants)}",
                $"update the driver, or use a libtorch built with CUDA {has / 1000}"),
            (_, { } wants) => new Check("driver", CheckOutcome.Ok, $"{finding}; libtorch was built with {Cuda(wants)}"),
            _ => new Check("driver", CheckOutcome.Ok, finding),
        };
    }

    private static string Cuda(int version) => FormattableString.Invariant($"{version / 1000}.{version % 1000 / 10}");

    private static Check GpuMemory(GpuReport gpu)
    {
        if (gpu is not { MemoryBytes: { } all, FreeBytes: { } free })
        {
            return new Check("gpu memory", CheckOutcome.Warn, "the driver does not say", "plans cannot tell which runs fit");
        }

        var finding = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} of {all / (double)(1 << 30):0.0} GiB free");
        return free >= LeastFreeShare * all
            ? new Check("gpu memory", CheckOutcome.Ok, finding)
            : new Check("gpu memory", CheckOutcome.Warn, finding, "another process holds the rest: nvidia-smi shows which");
    }

    private static Check Copy(double rate, string device)
    {
        var finding = string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:0.0} GB/s {(device == "cpu" ? "from memory to memory" : "from pinned memory to the device")}");
        return device == "cpu" || rate >= SlowestCopy
            ? new Check("copy", CheckOutcome.Ok, finding)
            : new Check("copy", CheckOutcome.Warn, finding, "the card may sit in a slot with few lanes, or its host may be busy: see nvidia-smi -q -d PCIE");
    }

    private static Check Parity(ParityReport parity, string device)
    {
        var (name, most) = parity.Precision == Precision.Fp32 ? ("loss", LargestFloat32Difference) : ("loss, bf16", LargestBfloat16Difference);
        var finding = string.Create(CultureInfo.InvariantCulture, $"{parity.Steps} steps within {parity.Difference:0.0e+0} nats of float64 on the CPU");
        return parity.Difference <= most
            ? new Check(name, CheckOutcome.Ok, finding)
            : new Check(
                name,
                CheckOutcome.Fail,
                string.Create(CultureInfo.InvariantCulture, $"{finding}, which is more than {most:0.0e+0}"),
                device == "cpu" ? "this libtorch computes something else here: build again, or name another by SCALELAB_LIBTORCH" : "do not train here: try a libtorch 2.10 built for this card, and look for memory errors (nvidia-smi -q -d ECC)");
    }

    private static Check Graph(GraphReport? graph, string device)
    {
        const string name = "graphs";
        const string without = "export SCALELAB_GRAPHS=0, and each kernel is asked for by itself: small models then train more slowly";
        var distance = graph is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{graph.Difference:0.0e+0} nats");
        return graph switch
        {
            null => new Check(name, CheckOutcome.Warn, "recording a training step ended the process", without),
            { Difference: not <= LargestFloat32Difference } => new Check(name, CheckOutcome.Fail, $"a recorded step strays from one that is asked for by {distance}", without),
            _ when device == "cpu" => new Check(name, CheckOutcome.Ok, $"for GPUs; the step that one would record, within {distance} of the others"),
            { Repeated: > 0 } => new Check(name, CheckOutcome.Ok, FormattableString.Invariant($"{graph.Repeated} of {graph.Steps} steps from a record, within {distance} of those asked for")),
            { MissingSymbols: [var first, ..] } => new Check(name, CheckOutcome.Warn, $"libtorch lacks {first}", "small models train more slowly; libtorch 2.10 has it"),
            _ => new Check(name, CheckOutcome.Warn, "no step was recorded", "small models train more slowly"),
        };
    }

    private static Check Device(RunnerReport report, string device, bool driver)
    {
        if (device == "cpu")
        {
            return new Check("device", CheckOutcome.Ok, report.CudaDevices > 0 ? FormattableString.Invariant($"cpu; {report.CudaDevices} CUDA devices as well") : "cpu; no CUDA");
        }

        // Of a GPU that is asked for by its number, the runner saw that one alone.
        var numbered = device != DevicePool.Cuda;
        return report.Gpu is { } gpu
            ? Gpu(gpu, device, numbered ? null : report.CudaDevices)
            : new Check("device", CheckOutcome.Fail, numbered ? $"no {device}" : "no CUDA device", (driver, report.CudaBackend) switch
            {
                (false, _) => "there is no NVIDIA driver here: install it, or use the cpu",
                (true, false) => "this libtorch is the CPU's: build with -p:TorchBackend=cuda, or set SCALELAB_LIBTORCH (see docs/gpu.md)",
                _ when numbered => "devices count from cuda:0, among those of CUDA_VISIBLE_DEVICES",
                _ => "libtorch sees none of the driver's devices: look at CUDA_VISIBLE_DEVICES, and whether nvidia-smi shows a driver new enough for this libtorch",
            });
    }

    private static Check Gpu(GpuReport gpu, string device, int? seen)
    {
        var count = seen is { } all ? FormattableString.Invariant($"; {all} CUDA {(all == 1 ? "device" : "devices")}") : "";
        return new Check("device", CheckOutcome.Ok, $"{device}, {gpu.Name ?? "a GPU without a name"}, compute capability {gpu.Capability ?? "unknown"}{count}");
    }

    private static Check Product(MatmulReport product, string device, MathPath planned)
    {
        var name = product.Precision == Precision.Fp32 ? "float32" : "bfloat16";
        var path = device == "cpu" && product.Precision == Precision.Fp32 ? $", {product.Math} path".ToLowerInvariant() : "";
        var finding = string.Create(CultureInfo.InvariantCulture, $"{(product.Gflops < 10_000 ? $"{product.Gflops:0} GFLOP/s" : $"{product.Gflops / 1000:0} TFLOP/s")} at {product.Size}×{product.Size}, error {product.Error:0.0e+0}{path}");
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
