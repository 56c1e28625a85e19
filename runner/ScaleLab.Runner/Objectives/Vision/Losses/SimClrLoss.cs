using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>
/// NT-Xent (Chen et al. 2020): of the 2N − 1 other views of a batch, find the one of the same image. At chance ln(2N − 1), so values of different
/// batch sizes do not compare.
/// </summary>
internal static class SimClrLoss
{
    /// <summary>The released code adds the means of the two halves: twice <see cref="Paper"/>.</summary>
    public static Tensor Mean(Tensor x, Tensor y, double temperature) => 2 * Paper(x, y, temperature);

    /// <summary>Eq. 1, its mean over the 2N views.</summary>
    /// <param name="x">Projections of the first views, (N, D), of any length.</param>
    /// <param name="y">Of the second.</param>
    /// <param name="temperature">τ.</param>
    public static Tensor Paper(Tensor x, Tensor y, double temperature)
    {
        var z = F.normalize(cat([x, y]), dim: 1);
        var n = x.shape[0];
        var self = eye(2 * n, dtype: ScalarType.Bool, device: z.device);
        var logits = (Products.Plain(z, z.t()) / temperature).masked_fill(self, double.NegativeInfinity); // (2N, 2N)
        return F.cross_entropy(logits, arange(2 * n, ScalarType.Int64, z.device).roll(n));
    }
}
