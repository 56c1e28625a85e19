using CsCheck;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Tests;

public sealed class LearningRateTests
{
    private static readonly BatchSpec Ramp = new() { Initial = 512, RampExponent = 0.5, RampFrom = 100_000, Maximum = 4096 };

    private static readonly Gen<TrainingSpec> Runs =
        from kind in Gen.Enum<ScheduleKind>()
        from shape in Gen.Enum<CooldownShape>()
        from warmup in Gen.Long[0, 50_000]
        from ramp in Gen.Bool
        from steps in Gen.Long[200, 4000]
        from cooldown in Gen.Double[0.05, 0.5]
        select Run(kind, shape, warmup, ramp ? Ramp : new BatchSpec { Initial = 512 }, steps, cooldown);

    [Fact]
    public void Every_step_has_a_positive_rate() => Runs.Sample(run =>
    {
        var rate = new LearningRate(run);
        for (var step = run.StartStep; step < run.EndStep; step++)
        {
            Assert.True(rate.At(step) > 0);
        }
    });

    [Fact]
    public void Branch_and_trunk_agree_before_the_fork() => Runs.Where(r => r.Phase == RunPhase.Branch).Sample(branch =>
    {
        var trunk = new LearningRate(branch with { Phase = RunPhase.Trunk, StartStep = 0, EndStep = branch.StartStep });
        var whole = new LearningRate(branch);
        for (var step = 0L; step < branch.StartStep; step++)
        {
            Assert.Equal(trunk.At(step), whole.At(step));
        }
    });

    [Fact]
    public void The_trunk_does_not_depend_on_where_it_ends() => Runs.Where(r => r.Phase == RunPhase.Branch).Sample(branch =>
    {
        var trunk = branch with { Phase = RunPhase.Trunk, StartStep = 0, EndStep = branch.StartStep };
        var longer = trunk with { StartStep = branch.StartStep, EndStep = 10 * branch.EndStep, D = 10 * branch.D };
        Assert.Equal(new LearningRate(trunk).At(branch.StartStep - 1), new LearningRate(longer).At(branch.StartStep - 1));
    });

    [Fact]
    public void Without_a_ramp_the_rate_falls_through_the_cooldown() => Runs.Where(r => r.Phase == RunPhase.Branch && r.Batch.RampExponent == 0).Sample(branch =>
    {
        var rate = new LearningRate(branch);
        for (var step = branch.StartStep; step < branch.EndStep; step++)
        {
            Assert.True(rate.At(step) < rate.At(step - 1));
        }
    });

    [Fact]
    public void A_square_root_cooldown_has_fallen_by_half_after_a_quarter()
    {
        var branch = Run(ScheduleKind.Wsd, CooldownShape.Sqrt, 0, new BatchSpec { Initial = 512 }, 100_000, 0.2);
        Assert.Equal(0.5 * branch.Optimizer.Lr, new LearningRate(branch).At(85_000), 1e-7);
    }

    [Fact]
    public void A_cosine_starts_at_its_peak_and_ends_at_its_floor()
    {
        var run = Run(ScheduleKind.Cosine, CooldownShape.Sqrt, 0, new BatchSpec { Initial = 512 }, 100_000, 0.2);
        var rate = new LearningRate(run);
        Assert.Equal(run.Optimizer.Lr, rate.At(0), 1e-9);
        Assert.Equal(0.55 * run.Optimizer.Lr, rate.At(50_000), 1e-6);
        Assert.Equal(0.1 * run.Optimizer.Lr, rate.At(99_999), 1e-9);
    }

    [Fact]
    public void The_rate_grows_with_the_root_of_the_batch()
    {
        var run = Run(ScheduleKind.Wsd, CooldownShape.Sqrt, 0, Ramp, 4000, 0.2);
        var (timeline, rate) = (new Timeline(Ramp), new LearningRate(run with { Phase = RunPhase.Trunk }));
        var doubled = timeline.Stretches(0, 4000).First().Steps;
        Assert.Equal(Math.Sqrt(2) * rate.At(doubled - 1), rate.At(doubled), 1e-12);
    }

    [Fact]
    public void Half_way_through_the_warmup_the_rate_is_half_its_peak()
    {
        var run = Run(ScheduleKind.Wsd, CooldownShape.Sqrt, 1024 * 512, new BatchSpec { Initial = 512 }, 4000, 0.2);
        Assert.Equal(0.5 * run.Optimizer.Lr, (new LearningRate(run).At(511) + new LearningRate(run).At(512)) / 2, 1e-12);
    }

    private static TrainingSpec Run(ScheduleKind kind, CooldownShape shape, long warmup, BatchSpec batch, long steps, double cooldown) => RunKeyTests.Branch with
    {
        Phase = kind == ScheduleKind.Wsd ? RunPhase.Branch : RunPhase.Whole,
        StartStep = kind == ScheduleKind.Wsd ? (long)((1 - cooldown) * steps) : 0,
        EndStep = steps,
        D = new Timeline(batch).SeenBefore(steps),
        Batch = batch,
        Schedule = new ScheduleSpec { Kind = kind, Warmup = warmup, Cooldown = cooldown, Shape = shape },
    };
}
