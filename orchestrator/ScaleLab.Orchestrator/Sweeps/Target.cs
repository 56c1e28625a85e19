using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>What a plan is made for: one lane of a device.</summary>
internal sealed record Target
{
    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = DevicePool.Cpu;

    /// <summary>Kernels of float32 products on a CPU.</summary>
    public MathPath Math { get; init; } = MathPath.Exact;

    /// <summary>Products of bfloat16 have no instruction here.</summary>
    public bool EmulatesBf16 { get; init; }

    /// <summary>Bytes that one run may count on; null where they are not known.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The CPU of this machine, or some of its GPUs.</summary>
    public static Target Of(DevicePool pool) => pool.Kind == DevicePool.Cpu
        ? new Target { Math = CpuMath.Best(), EmulatesBf16 = !CpuMath.HasBf16() }
        : new Target { Device = pool.Kind, MemoryBytes = pool.LaneMemory };
}
