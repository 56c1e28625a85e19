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

    /// <summary>Functions that TorchSharp may call and this libtorch does not have: a call to one ends the process.</summary>
    public IReadOnlyList<string> MissingSymbols { get; set; } = [];

    /// <summary>The newest CUDA that the driver serves, 12080 for 12.8; null where there is no driver.</summary>
    public int? DriverCuda { get; init; }

    /// <summary>The CUDA that libtorch was built with; null for a libtorch without.</summary>
    public int? RuntimeCuda { get; init; }

    /// <summary>Measured on the device that was asked for; empty where that is not there.</summary>
    public required IReadOnlyList<MatmulReport> Products { get; init; }

    /// <summary>The device that was asked for; null where that is not there, or is the CPU.</summary>
    public GpuReport? Gpu { get; init; }

    /// <summary>How far a small training on the device strays from one in float64 on the CPU; empty where the device is not there.</summary>
    public IReadOnlyList<ParityReport> Parity { get; set; } = [];

    /// <summary>Bytes per second from pinned memory to the device, or from memory to memory on a CPU; null where the device is not there.</summary>
    public double? CopyRate { get; init; }

    /// <summary>Null where the device is not there, or where recording a step ended the process.</summary>
    public GraphReport? Graph { get; init; }
}

/// <summary>A training step that is recorded once and repeated (CUDA graphs), against one that is asked for each time.</summary>
public sealed record GraphReport
{
    /// <summary>What libtorch would have to have; a libtorch without CUDA has none of it.</summary>
    public required IReadOnlyList<string> MissingSymbols { get; init; }

    /// <summary>Of <see cref="Steps"/>, those that were repeated from a record.</summary>
    public required long Repeated { get; init; }

    public required int Steps { get; init; }

    /// <summary>Largest distance between the losses, nats.</summary>
    public required double Difference { get; init; }
}

/// <summary>A GPU, as its driver describes it.</summary>
public sealed record GpuReport
{
    public string? Name { get; init; }

    /// <summary>Compute capability, <c>9.0</c>.</summary>
    public string? Capability { get; init; }

    public long? MemoryBytes { get; init; }

    /// <summary>What nobody has taken, this check's own few megabytes aside.</summary>
    public long? FreeBytes { get; init; }
}

/// <summary>Some steps of training a small language model, with the same weights and the same tokens.</summary>
public sealed record ParityReport
{
    public required Precision Precision { get; init; }

    public required int Steps { get; init; }

    /// <summary>Largest distance of a step's loss from that in float64 on the CPU, nats.</summary>
    public required double Difference { get; init; }
}

/// <summary>A square matrix product, repeated.</summary>
public sealed record MatmulReport
{
    /// <summary>Rows and columns.</summary>
    public required int Size { get; init; }

    public required Precision Precision { get; init; }

    public required MathPath Math { get; init; }

    /// <summary>10⁹ FLOPs per second, the median of some repetitions.</summary>
    public required double Gflops { get; init; }

    /// <summary>Largest error against float64, relative to the largest entry.</summary>
    public required double Error { get; init; }
}
