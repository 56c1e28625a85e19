using System.Collections;
using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary><c>scalelab-runner doctor DEVICE MATH</c>: the answer is one line of JSON, a <see cref="RunnerReport"/>.</summary>
internal static class DoctorCommand
{
    private static readonly string[] SteeringPrefixes = ["OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "DNNL_", "ONEDNN_", "CUDA_", "TORCH_", "PYTORCH_", "LD_", "MALLOC_", "GLIBC_", "DOTNET_", "SCALELAB_"];

    public static int Run(string device, string math, Stream output)
    {
        var (report, there) = Examine(device, Path(math));
        Say(report);
        if (there)
        {
            // Last and apart: what goes wrong there ends the process, and the first line must not go with it.
            Say(report with { Graph = LossParity.MeasureGraph(new Device(device), Precision.Bf16) });
        }

        return 0;

        void Say(RunnerReport answer) => output.Write([.. JsonSerializer.SerializeToUtf8Bytes(answer, ContractJson.Line.RunnerReport), (byte)'\n']);
    }

    /// <exception cref="InputException">There is no such path.</exception>
    public static MathPath Path(string math) => math switch
    {
        "exact" => MathPath.Exact,
        "fast" => MathPath.Fast,
        _ => throw new InputException($"unknown math path '{math}'; there are exact and fast"),
    };

    private static (RunnerReport Report, bool There) Examine(string device, MathPath math)
    {
        // Asked only of a back end that has it: TorchSharp looks for native libraries of that name.
        var devices = LibTorch.HasCuda && cuda.is_available() ? cuda.device_count() : 0;
        var ordinal = device == "cpu" ? null : (int?)(device.Split(':') is [_, var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 0);
        var there = ordinal is null || ordinal < devices;
        var missing = LibTorch.MissingSymbols();
        if (there)
        {
            ComputeDevice.Use(device, math);
            math = device != "cpu" || MatmulPrecision.TrySet(math) ? math : MathPath.Exact;
        }

        var report = new RunnerReport
        {
            Build = BuildInfo.Version,
            LibtorchFolder = LibTorch.Folder,
            LibtorchVersion = LibTorch.Version,
            LibtorchExpected = LibTorch.Expected,
            ShimRelaxed = LibTorch.Relaxed,
            Threads = get_num_threads(),
            Environment = Steering(),
            CudaBackend = LibTorch.HasCuda,
            CudaDevices = devices,
            MissingSymbols = [.. missing.Select(s => s.Name)],
            DriverCuda = CudaDriver.Version,
            RuntimeCuda = CudaDriver.RuntimeVersion,
            Products = [],
        };
        return (there ? Measured(report, new Device(device), ordinal, math) : report, there);
    }

    private static RunnerReport Measured(RunnerReport report, Device device, int? ordinal, MathPath math) => report with
    {
        Products = [MatmulProbe.Measure(device, Precision.Fp32, math), MatmulProbe.Measure(device, Precision.Bf16, math)],
        Parity = [LossParity.Measure(device, Precision.Fp32), LossParity.Measure(device, Precision.Bf16)],
        CopyRate = CopyProbe.Measure(device),
        Gpu = ordinal is { } k
            ? new GpuReport { Name = CudaDriver.Name(k), Capability = CudaDriver.Capability(k), MemoryBytes = CudaDriver.MemoryBytes(k), FreeBytes = CudaDriver.FreeBytes }
            : null,
    };

    private static SortedDictionary<string, string> Steering()
    {
        var set = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Array.Exists(SteeringPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                set[name] = (string?)variable.Value ?? "";
            }
        }

        return set;
    }
}
