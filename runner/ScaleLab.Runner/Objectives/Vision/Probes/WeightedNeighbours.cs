using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>Weighted k-nearest neighbours by cosine (Wu et al. 2018), as DINO evaluates.</summary>
internal static class WeightedNeighbours
{
    /// <returns>Int64 (M), on the device of the features.</returns>
    public static Tensor Predict(Tensor features, Tensor labels, int classes, Tensor others, int neighbours = 20, double temperature = 0.07) =>
        Votes(features, labels, classes, others, neighbours, temperature).argmax(1);

    /// <param name="features">(N, d), of any length; fewer than <paramref name="neighbours"/> rows vote all.</param>
    /// <param name="labels">Int64 (N), 0 … <paramref name="classes"/> − 1.</param>
    /// <param name="classes">At least 2.</param>
    /// <param name="others">Features (M, d) to classify.</param>
    /// <param name="neighbours">k.</param>
    /// <param name="temperature">A neighbour votes with exp(cos / temperature).</param>
    /// <returns>(M, classes).</returns>
    public static Tensor Votes(Tensor features, Tensor labels, int classes, Tensor others, int neighbours = 20, double temperature = 0.07)
    {
        var cosines = mm(F.normalize(others, dim: 1), F.normalize(features, dim: 1).t()); // (M, N)
        var (nearest, indices) = cosines.topk((int)Math.Min(neighbours, features.shape[0]), 1);
        return zeros([others.shape[0], classes], cosines.dtype, cosines.device)
            .scatter_add_(1, labels.index_select(0, indices.reshape(-1)).view_as(indices), (nearest / temperature).exp());
    }
}
