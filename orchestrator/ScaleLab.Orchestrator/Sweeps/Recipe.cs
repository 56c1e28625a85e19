using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>
/// A named bundle of rules from a model's shape to batch, schedule and optimiser. Every constant of the recipe stands here, once;
/// what <c>train</c> sets comes first. No rule may read the final D, except the warmup of a cosine.
/// </summary>
internal sealed class Recipe
{
    /// <summary>Units of D per step at the start. For text, 256 tokens: early training is limited by steps, not by noise (docs/method.md has the measurements).</summary>
    public long Batch { get; init; } = 256;

    /// <summary>B ∝ √(tokens seen), near the critical batch (McCandlish et al. 2018; Zhang et al. 2025 find the exponent 0.47 in D).</summary>
    public double BatchRamp { get; init; } = 0.5;

    public long BatchRampFrom { get; init; } = 125_000;

    public long BatchMax { get; init; } = 1 << 20;

    /// <summary>Peak rate of a matrix of width <see cref="BaseWidth"/> at the initial batch.</summary>
    public double Lr { get; init; } = 1.4e-3;

    public int BaseWidth { get; init; } = 64;

    /// <summary>Rows of the table are read one at a time, so their gradients are rare: they want a higher rate than matrices.</summary>
    public double VectorLr { get; init; } = 10;

    /// <summary>Steps of the initial batch: enough for AdamW's second moment.</summary>
    public long WarmupSteps { get; init; } = 40;

    public ScheduleKind Schedule { get; init; } = ScheduleKind.Wsd;

    public double Cooldown { get; init; } = 0.2;

    public CooldownShape CooldownShape { get; init; } = CooldownShape.Sqrt;

    public double Floor { get; init; } = 0.1;

    public Precision Precision { get; init; } = Precision.Fp32;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.95;

    public double WeightDecay { get; init; } = 0.1;

    public double Clip { get; init; } = 1;

    /// <summary>Batches depend on the units seen. Where a loss depends on the batch, they must not.</summary>
    public bool Ramps => BatchRamp > 0;

    private static Recipe Language { get; } = new();

    // Losses over views depend on the batch, so it is one number for all sizes and amounts (docs/vision.md has the measurements).
    private static Recipe Vision { get; } = new() { Batch = 128, BatchRamp = 0, BatchMax = long.MaxValue, VectorLr = 1, Lr = 2e-3, WarmupSteps = 40, WeightDecay = 0.05 };

    public static Recipe Of(SweepSpec spec) => spec.Recipe switch
    {
        RecipeName.Default => spec.Model == LanguageModelShape.FamilyName ? Language : Vision,
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Recipe, "no such recipe"),
    };

    public ScheduleKind Kind(TrainSpec train) => train.Schedule ?? Schedule;

    /// <summary>Whole samples: the nearest number of them to the recipe's batch, and at least one.</summary>
    public BatchSpec BatchOf(ModelShape shape, TrainSpec train)
    {
        var sample = shape.UnitsPerSample;
        var ramp = train.BatchRamp ?? BatchRamp;
        return new BatchSpec
        {
            Initial = train.Batch ?? Math.Max(1, (Batch + (sample / 2)) / sample) * sample,
            RampExponent = ramp,
            RampFrom = ramp > 0 ? train.BatchRampFrom ?? BatchRampFrom : 0,
            Maximum = ramp > 0 ? train.BatchMax ?? BatchMax : long.MaxValue,
        };
    }

    /// <param name="batch">The run's batch.</param>
    /// <param name="train">Overrides.</param>
    /// <param name="d">The final D; read under cosine only.</param>
    public ScheduleSpec ScheduleOf(BatchSpec batch, TrainSpec train, double d)
    {
        var kind = Kind(train);
        return new ScheduleSpec
        {
            Kind = kind,
            Warmup = kind == ScheduleKind.Cosine && train.WarmupShare is { } share ? (long)(share * d) : train.Warmup ?? (WarmupSteps * batch.Initial),
            Cooldown = train.Cooldown ?? Cooldown,
            Shape = train.CooldownShape ?? CooldownShape,
            Floor = train.Floor ?? Floor,
        };
    }

    public OptimizerSpec OptimizerOf(TrainSpec train)
    {
        var usual = new OptimizerSpec { Kind = train.Optimizer ?? OptimizerKind.Adamw, Lr = train.Lr ?? Lr, BaseWidth = train.BaseWidth ?? BaseWidth };
        return usual with
        {
            VectorLr = train.VectorLr ?? VectorLr,
            Beta1 = train.Beta1 ?? Beta1,
            Beta2 = train.Beta2 ?? Beta2,
            Epsilon = train.Epsilon ?? usual.Epsilon,
            WeightDecay = train.WeightDecay ?? WeightDecay,
            Clip = train.Clip ?? Clip,
        };
    }
}
