using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>MoCo v3 (Chen, Xie and He 2021): each query finds its key among the keys of the batch, both ways round. At chance 4τ ln N.</summary>
internal static class MocoV3Loss
{
    /// <param name="query1">Predictions from the first views, (N, D), of any length.</param>
    /// <param name="query2">From the second.</param>
    /// <param name="key1">What the momentum encoder makes of the first views; without a graph.</param>
    /// <param name="key2">Of the second.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Mean(Tensor query1, Tensor query2, Tensor key1, Tensor key2, double temperature) =>
        2 * temperature * (Contrast(query1, key2, temperature) + Contrast(query2, key1, temperature));

    /// <summary>InfoNCE of one direction, without the factor 2τ.</summary>
    public static Tensor Contrast(Tensor query, Tensor key, double temperature)
    {
        var logits = Products.Plain(F.normalize(query, dim: 1), F.normalize(key, dim: 1).t()) / temperature; // (N, N)
        return F.cross_entropy(logits, arange(query.shape[0], ScalarType.Int64, query.device));
    }
}
