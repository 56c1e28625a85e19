using CsCheck;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Tests;

public sealed class TimelineTests
{
    private static readonly Gen<BatchSpec> Batches =
        from samples in Gen.Long[1, 64]
        from exponent in Gen.OneOf(Gen.Const(0.0), Gen.Double[0.1, 1])
        from start in Gen.Long[1, 100_000]
        from doublings in Gen.Int[0, 8]
        select new BatchSpec { Initial = 8 * samples, RampExponent = exponent, RampFrom = start, Maximum = 8 * samples << doublings };

    [Fact]
    public void Units_seen_are_the_sum_of_all_batches_before() => Batches.Sample(spec =>
    {
        var timeline = new Timeline(spec);
        var sum = 0L;
        for (var step = 0L; step < 300; step++)
        {
            Assert.Equal(sum, timeline.SeenBefore(step));
            sum += timeline.BatchAt(step);
        }
    });

    [Fact]
    public void The_batch_never_falls_and_never_exceeds_its_maximum() => Gen.Select(Batches, Gen.Long[0, 10_000]).Sample((spec, step) =>
    {
        var timeline = new Timeline(spec);
        Assert.InRange(timeline.BatchAt(step), spec.Initial, spec.Maximum);
        Assert.True(timeline.BatchAt(step) <= timeline.BatchAt(step + 1));
    });

    [Fact]
    public void No_other_number_of_steps_comes_nearer_to_the_wanted_units() => Gen.Select(Batches, Gen.Long[1, 1_000_000]).Sample((spec, units) =>
    {
        var timeline = new Timeline(spec);
        var steps = timeline.StepsNearest(units);
        var miss = Math.Abs(timeline.SeenBefore(steps) - units);
        Assert.True(miss <= Math.Abs(timeline.SeenBefore(steps + 1) - units));
        Assert.True(steps == 1 || miss <= Math.Abs(timeline.SeenBefore(steps - 1) - units));
    });

    [Fact]
    public void More_units_never_take_fewer_steps() => Gen.Select(Batches, Gen.Long[1, 1_000_000], Gen.Long[0, 1_000_000]).Sample((spec, units, more) =>
    {
        var timeline = new Timeline(spec);
        Assert.True(timeline.StepsNearest(units) <= timeline.StepsNearest(units + more));
    });

    [Fact]
    public void Stretches_cover_the_steps_between_two_ends() => Gen.Select(Batches, Gen.Long[0, 2000], Gen.Long[0, 2000]).Sample((spec, start, length) =>
    {
        var timeline = new Timeline(spec);
        var stretches = timeline.Stretches(start, start + length).ToList();
        Assert.Equal(length, stretches.Sum(s => s.Steps));
        Assert.Equal(timeline.SeenBefore(start + length) - timeline.SeenBefore(start), stretches.Sum(s => s.Steps * s.Batch));
    });

    [Fact]
    public void The_batch_doubles_with_each_fourfold_of_the_units_under_a_square_root_ramp()
    {
        var timeline = new Timeline(new BatchSpec { Initial = 512, RampExponent = 0.5, RampFrom = 500_000 });
        foreach (var (units, batch) in new[] { (1_999_000L, 512L), (2_001_000, 1024), (7_998_000, 1024), (8_002_000, 2048), (32_004_000, 4096) })
        {
            Assert.Equal(batch, timeline.BatchAt(timeline.StepsNearest(units)));
        }
    }

    [Fact]
    public void A_fixed_batch_stays_fixed_to_the_end_of_time() =>
        Assert.Equal(512, new Timeline(new BatchSpec { Initial = 512 }).BatchAt(long.MaxValue / 1024));

    [Fact]
    public void A_ramp_from_nothing_starts_at_its_maximum() =>
        Assert.Equal(4096, new Timeline(new BatchSpec { Initial = 512, RampExponent = 0.5, RampFrom = 0, Maximum = 4096 }).BatchAt(0));

    [Fact]
    public void A_ramp_without_end_does_not_overflow()
    {
        var timeline = new Timeline(new BatchSpec { Initial = 512, RampExponent = 0.5, RampFrom = 500_000 });
        var seen = timeline.SeenBefore(timeline.StepsNearest(1L << 60));
        Assert.Equal(1L << 60, seen, 0.001 * (1L << 60));
    }

    [Fact]
    public void One_unit_still_takes_a_step() => Assert.Equal(1, new Timeline(new BatchSpec { Initial = 512 }).StepsNearest(1));
}
