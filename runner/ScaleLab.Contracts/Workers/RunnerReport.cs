using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Workers;

/// <summary>What a runner process finds on its machine: the answer of <c>scalelab-runner doctor</c>, one line of JSON.</summary>
public sealed record RunnerReport
{
    public int Format { get; set; } = 1;

    /// <summary>Version and commit of the runner.</summary>
    public required string Build { get; init; }

    public required string LibtorchFolder { get; init; }

    public required string LibtorchVersion { get; init; }

    /// <summary>The version that this runner's TorchSharp was made for, as far as it matters: <c>2.10</c>.</summary>
    public required string LibtorchExpected { get; init; }

    /// <summary>Whether TorchSharp's shim loads only as a copy that forgives an older libstdc++.</summary>
    public required bool ShimRelaxed { get; init; }

    /// <summary>Threads that libtorch computes with.</summary>
    public required int Threads { get; init; }

    /// <summary>Variables of the process that steer native code.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Whether this libtorch was built with CUDA.</summary>
    public required bool CudaBackend { get; init; }

    /// <summary>CUDA devices that libtorch can use.</summary>
    public required int CudaDevices { get; init; }

    /// <summary>Measured on the device that was asked for; empty where that is not there.</summary>
    public required IReadOnlyList<MatmulReport> Products { get; init; }
}

/// <summary>A 512×512 matrix product, repeated.</summary>
public sealed record MatmulReport
{
    public required Precision Precision { get; init; }

    public required MathPath Math { get; init; }

    /// <summary>10⁹ FLOPs per second, the median of some repetitions.</summary>
    public required double Gflops { get; init; }

    /// <summary>Largest error against float64, relative to the largest entry.</summary>
    public required double Error { get; init; }
}
