using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Losses;

/// <summary>Values that follow from the definitions by hand.</summary>
public sealed class LossTests : TorchTests
{
    private const double Tolerance = 1e-12;

    // Four points, covariance 1 exactly.
    private static Tensor White => tensor(new double[,] { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } }) * Math.Sqrt(1.5);

    private static Tensor Collapsed => zeros([4, 2], float64);

    private static Tensor Axes => eye(2, dtype: float64);

    [Fact]
    public void Vicreg_is_zero_for_white_views_that_agree()
    {
        using var scope = NewDisposeScope();
        Equal(0, VicregLoss.Mean(White, White));
    }

    [Fact]
    public void Vicreg_of_a_collapse_is_its_variance_term()
    {
        using var scope = NewDisposeScope();
        Equal(25 * (1 - 0.01), VicregLoss.Mean(Collapsed, Collapsed));
        Equal(50 * (1 - 0.01), VicregLoss.Paper(Collapsed, Collapsed));
    }

    [Fact]
    public void The_papers_vicreg_sums_the_distance_over_the_dimensions()
    {
        using var scope = NewDisposeScope();
        Equal(25 * 0.25, VicregLoss.Mean(White, White + 0.5));
        Equal(25 * 0.25 * 2, VicregLoss.Paper(White, White + 0.5));
    }

    [Fact]
    public void Barlow_twins_pays_for_a_dimension_said_twice()
    {
        using var scope = NewDisposeScope();
        var twice = tensor(new double[,] { { 1000, 1000 }, { -1000, -1000 } });
        Equal(2 * 0.0051, BarlowTwinsLoss.Mean(twice, twice), 1e-9);
        Equal(2 * 4 + (2 * 0.0051), BarlowTwinsLoss.Mean(twice, -twice), 1e-9);
    }

    [Fact]
    public void Contrast_of_identical_views_is_at_chance()
    {
        using var scope = NewDisposeScope();
        var same = ones([4, 3], float64);
        Equal(Math.Log(7), SimClrLoss.Paper(same, same, 0.1));
        Equal(2 * Math.Log(7), SimClrLoss.Mean(same, same, 0.1));
        Equal(4 * 0.2 * Math.Log(4), MocoV3Loss.Mean(same, same, same, same, 0.2));
    }

    [Fact]
    public void Contrast_of_orthogonal_images()
    {
        using var scope = NewDisposeScope();
        Equal(Math.Log(Math.E + 2) - 1, SimClrLoss.Paper(Axes, 3 * Axes, temperature: 1));
        Equal(2 * Math.Log(1 + Math.Exp(-2)), MocoV3Loss.Mean(Axes, Axes, Axes, Axes, temperature: 0.5));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 8)]
    public void Byol_measures_directions_alone(double sign, double expected)
    {
        using var scope = NewDisposeScope();
        Equal(expected, ByolLoss.Mean(Axes, Axes, sign * 2 * Axes, sign * 7 * Axes));
        Equal(4, ByolLoss.Mean(Axes, Axes, Axes.roll(1, 0), Axes.roll(1, 0)));
    }

    [Fact]
    public void Dino_of_a_student_without_an_opinion_is_the_log_of_its_prototypes()
    {
        using var scope = NewDisposeScope();
        var targets = DinoLoss.Centred(arange(10, float64).view(2, 1, 5), zeros([5], float64), 0.04);
        Equal(Math.Log(5), DinoLoss.Mean(zeros([4, 1, 5], float64), targets, 0.1));
    }

    [Fact]
    public void Dino_compares_no_crop_with_itself()
    {
        using var scope = NewDisposeScope();
        // Two global crops, each sure of its own prototype: what they say of themselves would cost nothing.
        var targets = Axes.view(2, 1, 2);
        Equal(Math.Log(1 + Math.E), DinoLoss.Mean(Axes.view(2, 1, 2), targets, 1));
    }

    [Fact]
    public void Sinkhorn_gives_each_image_one_vote_and_each_prototype_its_share()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var q = DinoLoss.SinkhornKnopp(randn([12, 4], float64, generator: random), 0.5, iterations: 100);
        Assert.All(q.sum(1).data<double>(), sum => Assert.Equal(1, sum, 1e-9));
        Assert.All(q.sum([0]).data<double>(), sum => Assert.Equal(3, sum, 1e-9));
    }

    [Fact]
    public void Sinkhorn_of_large_logits_stays_finite_in_float32()
    {
        using var scope = NewDisposeScope();
        Assert.True(DinoLoss.SinkhornKnopp(tensor(new float[,] { { 9, 1 }, { 2, 8 } }), 0.04).isfinite().all().item<bool>());
    }

    [Fact]
    public void Koleo_is_minus_the_log_of_the_nearest_distance()
    {
        using var scope = NewDisposeScope();
        Equal(-Math.Log(2), DinoLoss.KoLeo(cat([Axes[0], -Axes[0]]).view(2, 2)), 1e-7);
    }

    [Fact]
    public void Predicting_the_mean_of_a_normalised_patch_costs_its_variance()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var patches = MaeLoss.Normalized(MaeLoss.Patches(randn([2, 3, 8, 8], float64, generator: random) * 1e3, patch: 4));
        var removed = tensor(new double[,] { { 1, 0, 1, 1 }, { 0, 1, 0, 0 } });
        Equal(47 / 48.0, MaeLoss.Mean(zeros_like(patches), patches, removed), 1e-9);
    }

    [Fact]
    public void Jepa_losses_of_small_and_large_errors()
    {
        using var scope = NewDisposeScope();
        var (prediction, targets) = (tensor(new[] { 0.5, -2 }), zeros([2], float64));
        Equal((0.125 + 1.5) / 2, JepaLoss.SmoothL1(prediction, targets));
        Equal((0.25 + 4) / 2, JepaLoss.L2(prediction, targets));
        Equal(1.25, JepaLoss.L1(prediction, targets));
        Equal(0, JepaLoss.Targets(tensor(new double[,] { { 1, 2, 3 } })).mean());
    }

    [Fact]
    public void Beit_at_chance_and_its_nearest_codeword()
    {
        using var scope = NewDisposeScope();
        Equal(Math.Log(6), BeitLoss.Mean(zeros([3, 6], float64), tensor(new long[] { 0, 5, 2 })));
        var codebook = tensor(new double[,] { { 1, -1 }, { -1, 1 } });
        Assert.Equal([0, 1], BeitLoss.Codes(tensor(new double[,] { { 9, 8 }, { 3, 4 } }), codebook).data<long>());
    }

    [Fact]
    public void A_gaussian_passes_the_test_of_lejepa_and_a_collapse_does_not()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var slices = LejepaLoss.Slices(randn([8, 64], float64, generator: random));
        // N·E|φ̂ − φ|² = 1 − φ² for N normal draws, whatever N; its integral by the same trapezoids is 1.0525.
        Assert.Equal(1.0525, LejepaLoss.SigReg(randn([4, 2048, 8], float64, generator: random), slices).mean().item<double>(), 0.15);
        // N ∫ (1 − φ)² φ.
        Equal(100 * 0.40204757973166455, LejepaLoss.SigReg(zeros([1, 100, 8], float64), slices).mean(), 1e-9);
    }

    [Fact]
    public void Views_that_agree_are_invariant()
    {
        using var scope = NewDisposeScope();
        Equal(0, LejepaLoss.Invariance(stack([White, White])));
        Equal(0.25, LejepaLoss.Invariance(stack([White, White + 1])));
    }

    private static void Equal(double expected, Tensor actual, double tolerance = Tolerance) => Assert.Equal(expected, actual.item<double>(), tolerance);
}
