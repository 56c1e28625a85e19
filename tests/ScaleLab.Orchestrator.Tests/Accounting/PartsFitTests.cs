using ScaleLab.Orchestrator.Accounting;

namespace ScaleLab.Orchestrator.Tests.Accounting;

public sealed class PartsFitTests
{
    // Small runs are launches, large ones products, as on any machine.
    private static readonly double[][] Runs = [.. Enumerable.Range(0, 24).Select(i => new[] { 1, 10 + (5.0 * (i % 5)), Math.Pow(1.4, i) })];

    [Fact]
    public void One_run_gives_its_ratio_to_all_parts() =>
        Assert.All(PartsFit.Factors([new([1, 10, 4], 30)]), f => Assert.Equal(2, f, 1e-6));

    [Fact]
    public void Many_runs_tell_the_parts_apart()
    {
        var lessons = Lessons(0.5, 3, _ => 1);
        var factors = PartsFit.Factors(lessons);
        Assert.InRange(factors[1], 0.45, 0.6);
        Assert.InRange(factors[2], 2.85, 3.05);
        Assert.InRange(PartsFit.Error(lessons)!.Value, 0, 0.06);
        Assert.True(PartsFit.Median(lessons.Select(l => Math.Abs((l.Parts.Sum() / l.Measured) - 1))) > 0.3);
    }

    [Fact]
    public void A_run_that_slept_through_the_night_teaches_little()
    {
        var factors = PartsFit.Factors(Lessons(1, 1, i => i == 7 ? 50 : 1));
        Assert.All(factors.Skip(1), f => Assert.InRange(f, 0.9, 1.1));
    }

    [Fact]
    public void Noise_is_told_as_the_error()
    {
        var random = new Random(1);
        Assert.InRange(PartsFit.Error(Lessons(2, 0.7, _ => Math.Exp(0.2 * (random.NextDouble() - 0.5))))!.Value, 0.02, 0.15);
    }

    [Fact]
    public void A_single_run_has_no_error() => Assert.Null(PartsFit.Error([new([1, 1], 2)]));

    private static List<Lesson> Lessons(double launches, double products, Func<int, double> disturbance) =>
        [.. Runs.Select((p, i) => new Lesson(p, (p[0] + (launches * p[1]) + (products * p[2])) * disturbance(i)))];
}
