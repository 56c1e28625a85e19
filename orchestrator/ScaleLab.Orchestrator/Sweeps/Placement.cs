using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Lays a run onto its device.</summary>
internal static class Placement
{
    /// <summary>Tokens in one forward pass of a CPU: larger passes gain nothing and cost memory.</summary>
    private const int CpuChunkUnits = 2048;

    /// <summary>Of a GPU: enough to hide the launches of its kernels.</summary>
    private const int GpuChunkUnits = 32_768;

    /// <summary>A GPU whose memory is not known.</summary>
    private const long AssumedGpuBytes = 80_000_000_000;

    /// <summary>The rest is for fragments and for what the estimate does not see.</summary>
    private const double UsableShare = 0.9;

    /// <summary>Bytes that the estimate of one run may come to; null where nothing is known.</summary>
    public static double? Usable(Target target) =>
        target.MemoryBytes is { } known ? UsableShare * known
        : target.Device == DevicePool.Cuda ? UsableShare * AssumedGpuBytes
        : null;

    public static ExecutionSpec Of(TrainingSpec training, Target target)
    {
        // No pass holds more than the largest batch of the run.
        var sample = training.Model.UnitsPerSample;
        var largest = new Timeline(training.Batch).BatchAt(training.EndStep - 1);
        var units = target.Device == DevicePool.Cuda ? GpuChunkUnits : CpuChunkUnits;
        var execution = new ExecutionSpec
        {
            Device = target.Device,
            Math = target.Math,
            Chunk = training.Model.CouplesBatch ? (int)(largest / sample) : (int)Math.Min(Math.Max(1, units / training.Model.TokensPerSample), largest / sample),
        };
        if (Usable(target) is not { } usable || training.Model.CouplesBatch)
        {
            return execution;
        }

        var model = training.Model;
        var kept = execution with { Chunk = Fitting(training, execution, usable, model.ActivationBytes(1)) };
        return CostModel.Memory(training, kept) <= usable || model.RecomputedBytes(1) >= model.ActivationBytes(1)
            ? kept
            : execution with { Chunk = Fitting(training, execution, usable, model.RecomputedBytes(1)), Recompute = true };
    }

    private static int Fitting(TrainingSpec training, ExecutionSpec execution, double usable, long bytesOfOne)
    {
        var free = usable - CostModel.Memory(training, execution with { Chunk = 0 });
        return (int)Math.Clamp(free / bytesOfOne, 1, execution.Chunk);
    }
}
