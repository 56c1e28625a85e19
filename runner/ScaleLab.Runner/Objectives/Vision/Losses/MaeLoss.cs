using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>Masked autoencoding (He et al. 2021): the squared error of the removed patches' pixels.</summary>
internal static class MaeLoss
{
    private const double Epsilon = 1e-6;

    /// <summary>Targets: the pixels of each patch by row, column, channel. A patch embedding reads channel, row, column: two orders in one model.</summary>
    /// <param name="images">(B, C, H, W).</param>
    /// <param name="patch">p, a divisor of H and W.</param>
    /// <returns>(B, H/p · W/p, p·p·C).</returns>
    public static Tensor Patches(Tensor images, int patch)
    {
        var (batch, channels, rows, columns) = (images.shape[0], images.shape[1], images.shape[2] / patch, images.shape[3] / patch);
        return images.reshape(batch, channels, rows, patch, columns, patch).permute(0, 2, 4, 3, 5, 1).reshape(batch, rows * columns, -1);
    }

    /// <summary>Each patch less its mean, over its deviation: <c>norm_pix</c> (section 4, "reconstruction target"), with the unbiased variance of the released code.</summary>
    public static Tensor Normalized(Tensor patches) =>
        (patches - patches.mean([-1], keepdim: true)) / (patches.var(-1, unbiased: true, keepdim: true) + Epsilon).sqrt();

    /// <param name="prediction">(B, L, p·p·C).</param>
    /// <param name="target">As large.</param>
    /// <param name="removed">(B, L): 1 for the patches the encoder did not see, else 0.</param>
    /// <returns>The mean over the pixels of a patch, then over the removed patches of the batch.</returns>
    public static Tensor Mean(Tensor prediction, Tensor target, Tensor removed) =>
        ((prediction - target).square().mean([-1]) * removed).sum() / removed.sum();

    /// <param name="prediction">Of the removed patches, as many of each image, (B, M, p·p·C).</param>
    /// <param name="target">As large.</param>
    /// <returns>(B): the mean for each image.</returns>
    public static Tensor Each(Tensor prediction, Tensor target) => (prediction - target).square().mean([1, 2]);
}
