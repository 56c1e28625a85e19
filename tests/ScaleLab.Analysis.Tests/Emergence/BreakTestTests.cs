using ScaleLab.Analysis.Emergence;

namespace ScaleLab.Analysis.Tests.Emergence;

public sealed class BreakTestTests
{
    private const int Scales = 12;

    public static TheoryData<string> SmoothLaws => ["power", "line", "logistic"];

    [Theory]
    [MemberData(nameof(SmoothLaws))]
    public void A_smooth_law_is_called_broken_as_rarely_as_promised(string law)
    {
        var wrong = Enumerable.Range(0, 100).Count(seed => BreakTest.Of(World(Law(law), seed, noise: 0.02), draws: 99)!.PValue < 0.05);
        Assert.InRange(wrong, 0, 12); // 5 promised; 13 have a chance of one in five hundred
    }

    [Fact]
    public void A_step_and_a_kink_are_found_where_they_are()
    {
        var step = BreakTest.Of(World(u => u > 2.1 ? 0.6 : 0.1, 1, 0.02))!;
        Assert.True(step.PValue < 0.01, $"{step}");
        Assert.InRange(Math.Log10(step.At), 1.9, 2.5);
        Assert.True(step.Rise > 0);

        var kink = BreakTest.Of(World(u => 0.1 + (0.8 * Math.Max(0, u - 2.2)), 2, 0.01))!;
        Assert.True(kink.PValue < 0.01, $"{kink}");
        Assert.InRange(Math.Log10(kink.At), 1.7, 2.5);

        var fall = BreakTest.Of(World(u => u > 2.1 ? 0.1 : 0.6, 3, 0.02))!;
        Assert.True(fall.Rise < 0);
    }

    [Fact]
    public void Levels_of_groups_are_no_break()
    {
        // Two sizes, one of which has seen the larger half of the data: as one curve it jumps, each for itself is even.
        var random = new Random(1);
        var points = Enumerable.Range(0, 16).Select(i => new ScalePoint(Math.Pow(2, i), (i < 8 ? 0.2 : 0.7) + (0.01 * Normal(random)), i < 8 ? "small" : "large")).ToList();
        Assert.True(BreakTest.Of(points)!.PValue > 0.05);
        Assert.True(BreakTest.Of([.. points.Select(p => p with { Group = "" })])!.PValue < 0.01);
    }

    [Fact]
    public void Too_few_scales_and_a_constant_are_not_tested()
    {
        Assert.Null(BreakTest.Of([.. World(u => u, 1, 0.1).Take(BreakTest.FewestScales - 1)]));
        Assert.Null(BreakTest.Of([.. World(_ => 0, 1, 0)]));
        Assert.Null(BreakTest.Of([.. Enumerable.Range(0, 7).Select(i => new ScalePoint(Math.Pow(10, i), i, i < 3 ? "a" : "b"))]));
        Assert.Null(BreakTest.Of([]));
    }

    // Against N all branches of a trunk lie at one scale, and stray together.
    [Fact]
    public void Noise_that_trunks_share_is_called_a_break_as_rarely_as_promised()
    {
        var wrong = Enumerable.Range(0, 100).Count(seed => BreakTest.Of(Branches(u => 0.2 * u, trunks: 10, seed), draws: 99)!.PValue < 0.05);
        var blind = Enumerable.Range(0, 100).Count(seed => BreakTest.Of([.. Branches(u => 0.2 * u, trunks: 10, seed).Select(p => p with { Cluster = null })], draws: 99)!.PValue < 0.05);
        Assert.InRange(wrong, 0, 12);
        Assert.InRange(blind, 13, 100);
    }

    [Fact]
    public void Fewer_than_six_trunks_and_groups_of_one_scale_each_are_not_tested()
    {
        Assert.Null(BreakTest.Of([.. Branches(u => u, trunks: 12, seed: 1).Select((p, i) => p with { Cluster = $"{i % 5}" })]));

        // Tokens per parameter: every N has a D of its own, and two seeds.
        Assert.Null(BreakTest.Of([.. Enumerable.Range(0, 12).Select(i => new ScalePoint(Math.Pow(2, i / 2), i % 5, $"{i / 2}"))]));
    }

    [Fact]
    public void The_same_points_give_the_same_p() => Assert.Equal(BreakTest.Of(World(u => u, 5, 0.1)), BreakTest.Of(World(u => u, 5, 0.1)));

    [Fact]
    public void Holm_raises_the_least_most_and_never_changes_the_order()
    {
        Assert.Equal([0.03, 0.06, 0.06, 0.02], BreakTest.Holm([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Equal([1, 1], BreakTest.Holm([0.6, 0.9]));
    }

    private static Func<double, double> Law(string name) => name switch
    {
        "power" => u => 1 - Math.Pow(10, -0.7 * u),
        "line" => u => 0.2 * u,
        _ => u => 1 / (1 + Math.Exp(-4 * (u - 2))), // ln 81 / 4 = 1.1 decades
    };

    // By log10 of the scale, 1 to 4.
    private static List<ScalePoint> World(Func<double, double> law, int seed, double noise)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Scales).Select(i => 1 + (3.0 * i / (Scales - 1))).Select(u => new ScalePoint(Math.Pow(10, u), law(u) + (noise * Normal(random)), ""))];
    }

    // Six amounts of data per trunk, each with a level of its own; two thirds of the noise's variance are the trunk's.
    private static List<ScalePoint> Branches(Func<double, double> law, int trunks, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. from trunk in Enumerable.Range(0, trunks)
               let u = 1 + (3.0 * trunk / (trunks - 1))
               let common = 0.02 * Normal(random)
               from branch in Enumerable.Range(0, 6)
               select new ScalePoint(Math.Pow(10, u), law(u) + branch + common + (0.014 * Normal(random)), $"{branch}", $"{trunk}"),
        ];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
