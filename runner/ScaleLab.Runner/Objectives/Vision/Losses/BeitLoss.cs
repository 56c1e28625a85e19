using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>BEiT (Bao et al. 2021): which visual token stands at each masked patch. At chance ln K.</summary>
internal static class BeitLoss
{
    /// <param name="logits">(M, K), of the masked patches of the batch.</param>
    /// <param name="codes">Int64 (M).</param>
    public static Tensor Mean(Tensor logits, Tensor codes) => F.cross_entropy(logits, codes);

    /// <returns>(B): the mean for each of <paramref name="images"/> images, whose masked patches lie side by side, as many of each.</returns>
    public static Tensor Each(Tensor logits, Tensor codes, int images) => F.cross_entropy(logits, codes, reduction: nn.Reduction.None).view(images, -1).mean([1]);

    /// <summary>The tokenizer: the codeword nearest to each patch, its mean removed.</summary>
    /// <param name="patches">(…, P).</param>
    /// <param name="codebook">(K, P).</param>
    /// <returns>Int64 (…).</returns>
    public static Tensor Codes(Tensor patches, Tensor codebook) => SquaredDistances(patches, codebook).argmin(-1);

    /// <summary>(…, K) from each patch less its mean to each codeword.</summary>
    public static Tensor SquaredDistances(Tensor patches, Tensor codebook)
    {
        var centred = patches - patches.mean([-1], keepdim: true);
        return centred.square().sum(-1, keepdim: true) - (2 * Products.Linear(centred, codebook)) + codebook.square().sum(-1);
    }
}
