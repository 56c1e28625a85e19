using ScaleLab.Runner.Objectives.Vision.Probes;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

public sealed class ProbeOracleTests : TorchTests
{
    private static readonly long[] Thirds = [.. Enumerable.Range(0, 12).Select(i => (long)(i % 3))];

    [Fact]
    public void Spectra()
    {
        using var scope = NewDisposeScope();
        var oracle = Read("metrics");
        var z = Features();
        Assert.Equal(oracle.GetProperty("rankme").GetProperty("value").GetDouble(), Spectrum.RankMe(z), 1e-9);
        Assert.Equal(oracle.GetProperty("lidar").GetProperty("value").GetDouble(), Spectrum.Lidar(z.view(4, 3, 5)), 1e-9);
        Assert.Equal(oracle.GetProperty("alpha_req").GetProperty("alpha").GetDouble(), Spectrum.AlphaReq(z), 1e-9);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Neighbours(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("metrics").GetProperty("weighted_knn");
        var votes = WeightedNeighbours.Votes(S(type, [9, 4], 0.9, 0.1), tensor(Thirds[..9]), 3, S(type, [4, 4], 0.95, 0.4), neighbours: 5);
        AllClose(oracle.GetProperty("votes"), votes);
        AllClose(oracle.GetProperty("pred"), votes.argmax(1));
    }

    [Fact]
    public void Ridge()
    {
        using var scope = NewDisposeScope();
        var oracle = Read("metrics").GetProperty("ridge_probe");
        var (z, labels) = (Features(), tensor(Thirds));
        var weights = RidgeProbe.Fit(z, labels, 3, 0.1);
        AllClose(oracle.GetProperty("W_row0"), weights[0]);
        Close(oracle.GetProperty("train_accuracy"), RidgeProbe.Scores(weights, z).argmax(1).eq(labels).to(float64).mean());
    }

    private static Tensor Features() => S(float64, [12, 5], 0.83, 0.2) + (0.3 * S(float64, [12, 5], 2.1, 0.5));
}
