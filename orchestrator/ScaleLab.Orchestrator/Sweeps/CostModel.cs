using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>What a run will take, from its shape alone: estimates for planning, within about 1.5× on one core of a server of 2024 with AVX-512, unmeasured on a GPU.</summary>
internal static class CostModel
{
    /// <summary>Raised when the parts below mean something else: what was learnt about them is then forgotten.</summary>
    public const int Version = 1;

    /// <summary>What time grows by where activations are computed twice: one forward pass more beside a forward and a backward one.</summary>
    public const double Recomputing = 4.0 / 3;

    /// <summary>A process with libtorch and its kernels.</summary>
    private const long ProcessBytes = 280L << 20;

    /// <summary>Curve, log and JSON files.</summary>
    private const long RecordBytes = 64 << 10;

    /// <summary>Float32 weights, gradients and two moments.</summary>
    private const long TrainingBytesPerParameter = 16;

    /// <summary>Float32 weights and two moments.</summary>
    private const long CheckpointBytesPerParameter = 12;

    /// <summary>Checkpoints that a run leaves: the last two.</summary>
    private const long Checkpoints = 2;

    private const long WeightBytesPerParameter = 4;

    // One thread. A pass costs its launches, its matrix products, and the traffic of its activations, which do not fit the cache.
    private const double SecondsPerPass = 1e-3;
    private const double SecondsPerPassAndLayer = 0.5e-3;
    private const double FastFlopsPerSecond = 200e9;
    private const double ExactFlopsPerSecond = 100e9;
    private const double ActivationBytesPerSecond = 4e9;
    private const double OptimizerSecondsPerParameter = 1e-9;
    private const double SecondsToStart = 1;

    // A GPU, unmeasured: launches and arithmetic overlap, so a pass costs the larger of the two. Kernels of a forward and backward pass are
    // counted in the model's code; 40 % of a peak between an A100's 312 and an H100's 990 TFLOP/s, and of 20 TFLOP/s for float32 without TF32.
    private const double SecondsPerKernel = 10e-6;
    private const double KernelsPerPass = 50;
    private const double KernelsPerPassAndLayer = 150;
    private const double GpuBf16FlopsPerSecond = 0.4 * 400e12;
    private const double GpuFp32FlopsPerSecond = 0.4 * 20e12;

    /// <summary>Seven float32 read or written at 1.4 TB/s.</summary>
    private const double GpuOptimizerSecondsPerParameter = 2e-11;

    /// <summary>Context, kernels and workspaces of CUDA.</summary>
    private const long GpuProcessBytes = 1L << 30;

    public static long Memory(TrainingSpec training, ExecutionSpec execution) => (long)MemoryParts(training, execution).Sum();

    /// <summary>Bytes of the process, and of what it trains.</summary>
    public static double[] MemoryParts(TrainingSpec training, ExecutionSpec execution) =>
    [
        execution.Device == DevicePool.Cuda ? GpuProcessBytes : ProcessBytes,
        (TrainingBytesPerParameter * training.Model.Trained)
            + (execution.Recompute ? training.Model.RecomputedBytes(execution.Chunk) : training.Model.ActivationBytes(execution.Chunk)),
    ];

    public static long Disk(TrainingSpec training)
    {
        var n = training.Model.Trained;
        var exported = training.Phase == RunPhase.Trunk ? 0 : WeightBytesPerParameter * n;
        return RecordBytes + (Checkpoints * CheckpointBytesPerParameter * n) + exported;
    }

    /// <summary>Seconds of the run's own steps, then of its evaluation, on one device, by what they are spent on: start, launches, products of float32, products of bfloat16, traffic of activations, optimiser.</summary>
    public static double[] TimeParts(TrainingSpec training, ExecutionSpec execution, EvaluationSpec evaluation, CorpusInfo corpus)
    {
        var speed = Speed.Of(training, execution);
        var chunk = (long)execution.Chunk * training.Model.UnitsPerSample;
        var work = new Work();
        foreach (var (steps, batch) in new Timeline(training.Batch).Stretches(training.StartStep, training.EndStep))
        {
            speed.Add(work, steps, batch, (batch + chunk - 1) / chunk);
            work.Optimizer += steps * speed.PerParameter * training.Model.Trained;
        }

        if (training.Phase != RunPhase.Trunk)
        {
            // Forward only: a third.
            var units = Math.Min(evaluation.Blocks ?? long.MaxValue, corpus.HeldOutBlocks) * corpus.UnitsPerBlock;
            speed.Add(work, 1.0 / 3, units, (double)units / chunk);
        }

        var bf16 = training.Precision == Precision.Bf16;
        return [SecondsToStart, work.Launches, bf16 ? 0 : work.Products, bf16 ? work.Products : 0, work.Traffic, work.Optimizer];
    }

    private sealed class Work
    {
        public double Launches { get; set; }

        public double Products { get; set; }

        public double Traffic { get; set; }

        public double Optimizer { get; set; }
    }

    /// <summary>Seconds of work, forward and backward.</summary>
    private sealed record Speed(double PerUnit, double TrafficPerUnit, double PerPass, double PerParameter, bool Overlaps)
    {
        public void Add(Work work, double times, double units, double passes)
        {
            var (launches, products) = (passes * PerPass, units * PerUnit);
            work.Launches += Overlaps && launches < products ? 0 : times * launches;
            work.Products += Overlaps && launches >= products ? 0 : times * products;
            work.Traffic += times * units * TrafficPerUnit;
        }

        public static Speed Of(TrainingSpec training, ExecutionSpec execution)
        {
            var shape = training.Model;

            var flops = shape.TrainingFlopsPerUnit * (execution.Recompute ? Recomputing : 1);
            if (execution.Device == DevicePool.Cuda)
            {
                var peak = training.Precision == Precision.Bf16 ? GpuBf16FlopsPerSecond : GpuFp32FlopsPerSecond;
                return new Speed(flops / peak, 0, SecondsPerKernel * (KernelsPerPass + (KernelsPerPassAndLayer * shape.Depth)), GpuOptimizerSecondsPerParameter, Overlaps: true);
            }

            var rate = execution.Math == MathPath.Fast ? FastFlopsPerSecond : ExactFlopsPerSecond;
            var traffic = shape.ActivationBytes(1) / ActivationBytesPerSecond / shape.UnitsPerSample;
            return new Speed(flops / rate, traffic, SecondsPerPass + (SecondsPerPassAndLayer * shape.Depth), OptimizerSecondsPerParameter, Overlaps: false);
        }
    }
}
