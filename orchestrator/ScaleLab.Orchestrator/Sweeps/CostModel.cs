using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>What a run will take, from its shape alone: estimates for planning, within about 1.5× on one core of a server of 2024 with AVX-512.</summary>
internal static class CostModel
{
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

    public static long Memory(TrainingSpec training, ExecutionSpec execution) =>
        ProcessBytes + (TrainingBytesPerParameter * training.Model.Parameters.Total) + training.Model.ActivationBytes(execution.Chunk);

    public static long Disk(TrainingSpec training)
    {
        var n = training.Model.Parameters.Total;
        var exported = training.Phase == RunPhase.Trunk ? 0 : WeightBytesPerParameter * n;
        return RecordBytes + (Checkpoints * CheckpointBytesPerParameter * n) + exported;
    }

    /// <summary>Training of the run's own steps, then evaluation, on one device.</summary>
    public static TimeSpan Time(TrainingSpec training, ExecutionSpec execution, EvaluationSpec evaluation, CorpusInfo corpus)
    {
        var (shape, rate) = (training.Model, execution.Math == MathPath.Fast ? FastFlopsPerSecond : ExactFlopsPerSecond);
        var depth = shape is LanguageModelShape lm ? lm.Depth : 0;
        var chunk = (long)execution.Chunk * shape.UnitsPerSample;

        var perUnit = (shape.TrainingFlops(1) / rate) + (shape.ActivationBytes(1) / ActivationBytesPerSecond / shape.UnitsPerSample);
        var perPass = SecondsPerPass + (SecondsPerPassAndLayer * depth);
        var seconds = SecondsToStart;
        foreach (var (steps, batch) in new Timeline(training.Batch).Stretches(training.StartStep, training.EndStep))
        {
            var passes = (batch + chunk - 1) / chunk;
            seconds += steps * ((batch * perUnit) + (passes * perPass) + (OptimizerSecondsPerParameter * shape.Parameters.Total));
        }

        if (training.Phase != RunPhase.Trunk)
        {
            // Forward only: a third.
            var blocks = evaluation.Blocks ?? long.MaxValue;
            var tokens = blocks < corpus.HeldOutTokens / corpus.BlockTokens ? blocks * corpus.BlockTokens : corpus.HeldOutTokens;
            seconds += tokens * (perUnit + (perPass / chunk)) / 3;
        }

        return TimeSpan.FromSeconds(seconds);
    }
}
