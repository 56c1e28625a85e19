using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Accounting;
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

    /// <summary>Bytes of the largest device, where runs are placed by their memory: what fits there may be planned.</summary>
    public long? LargestBytes { get; init; }

    /// <summary>Bytes of this machine's memory for each run on a CPU. They bound what is planned, and change nothing else: results must not depend on them.</summary>
    public long? HostBytes { get; init; }

    /// <summary>Runs at a time.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>What finished runs have taught about the estimates; null where there are none.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>Runs whose estimate comes to so many bytes compute their activations twice: such a run did not fit any of the devices otherwise. Null where none is known.</summary>
    public long? RecomputeFrom { get; init; }

    /// <summary>Nodes of a cluster, taken to be like this machine. Nothing is known of their memory.</summary>
    /// <param name="device"><c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="slots">Runs at a time.</param>
    public static Target Elsewhere(string device, int slots) => device == DevicePool.Cpu
        ? new Target { Math = CpuMath.Best(), EmulatesBf16 = !CpuMath.HasBf16(), Slots = slots }
        : new Target { Device = device, Slots = slots };

    /// <summary>The CPU of this machine, or some of its GPUs.</summary>
    public static Target Of(DevicePool pool) => pool.Kind == DevicePool.Cpu
        ? new Target { Math = CpuMath.Best(), EmulatesBf16 = !CpuMath.HasBf16(), HostBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / pool.Slots, Slots = pool.Slots }
        : new Target { Device = pool.Kind, MemoryBytes = pool.LaneMemory, LargestBytes = pool.IsPacked ? pool.Devices.Max(d => d.MemoryBytes) : null, Slots = pool.PlannedSlots };
}
