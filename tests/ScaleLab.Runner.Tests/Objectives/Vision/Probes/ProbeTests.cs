using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Probes;

public sealed class ProbeTests : TorchTests
{
    [Fact]
    public void Probes_name_the_class_of_images_like_those_they_saw()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var labels = arange(90, ScalarType.Int64) % 3;
        var centres = 3 * eye(3, 5);
        Tensor Features() => centres.index_select(0, labels) + (0.3 * randn([90, 5], generator: random));
        Assert.Equal(labels.data<long>(), RidgeProbe.Predict(Features(), labels, 3, Features()).data<long>());
        Assert.Equal(labels.data<long>(), WeightedNeighbours.Predict(Features(), labels, 3, Features()).data<long>());
    }

    [Fact]
    public void A_probe_does_not_mind_the_scale_of_a_dimension_nor_one_that_is_constant()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var labels = arange(40, ScalarType.Int64) % 2;
        var features = randn([40, 4], float64, generator: random) + labels.unsqueeze(1);
        var scaled = cat([features * tensor(new[] { 1e-6, 1, 1e3, 7 }), ones([40, 1], float64)], 1);
        Assert.Equal(RidgeProbe.Predict(features, labels, 2, features).data<long>(), RidgeProbe.Predict(scaled, labels, 2, scaled).data<long>());
    }

    [Fact]
    public void All_neighbours_vote_where_there_are_fewer_than_wanted()
    {
        using var scope = NewDisposeScope();
        var features = eye(2, dtype: float64);
        var votes = WeightedNeighbours.Votes(features, tensor(new long[] { 0, 1 }), 2, features[0].unsqueeze(0), neighbours: 20, temperature: 1);
        Assert.Equal(Math.E, votes[0, 0].item<double>(), 1e-12);
        Assert.Equal(1, votes[0, 1].item<double>(), 1e-12);
    }

    [Fact]
    public void Rankme_counts_equal_directions()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(3, Spectrum.RankMe(7 * eye(6, 8, dtype: float64).narrow(0, 0, 3)), 1e-5);
        Assert.Equal(1, Spectrum.RankMe(ones([6, 8], float64)), 1e-4);
    }

    [Fact]
    public void Lidar_counts_the_directions_that_tell_images_apart()
    {
        using var scope = NewDisposeScope();
        // Images at the ends of two axes; the views differ along a third.
        var images = cat([eye(2, 3, dtype: float64), -eye(2, 3, dtype: float64)]).unsqueeze(1);
        var views = tensor(new double[,] { { 0, 0, 5 }, { 0, 0, -5 } }).unsqueeze(0);
        Assert.Equal(2, Spectrum.Lidar(images + views), 1e-5);
    }

    [Fact]
    public void Alpha_is_the_exponent_of_the_spectrum()
    {
        using var scope = NewDisposeScope();
        var deviations = arange(1, 6, float64).pow(-0.75); // eigenvalues i^−1.5
        var features = cat([diag(deviations), -diag(deviations)]);
        Assert.Equal(1.5, Spectrum.AlphaReq(features), 1e-9);
        Assert.Equal(1.5, Spectrum.AlphaReq(cat([features, zeros([10, 2], float64)], 1)), 1e-9);
    }

    [Fact]
    public void Spread_is_one_on_the_sphere_and_zero_at_a_point()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        Assert.Equal(1, Spectrum.Spread(randn([4000, 16], generator: random)), 0.01);
        Assert.Equal(0, Spectrum.Spread(ones([40, 16])), 1e-6);
    }
}
