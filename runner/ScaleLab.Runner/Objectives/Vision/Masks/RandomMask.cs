using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Masks;

/// <summary>MAE's mask: a random few of the patches of each image are kept (He et al. 2021, section 3).</summary>
/// <param name="Kept">Int64 (B, kept): which patches, in random order.</param>
/// <param name="Restore">Int64 (B, L): where in the shuffled order, kept ones first, each patch went.</param>
internal sealed record RandomMask(Tensor Kept, Tensor Restore)
{
    /// <param name="noise">(B, L): the smallest are kept.</param>
    /// <param name="kept">Patches kept of each image.</param>
    public static RandomMask Of(Tensor noise, int kept)
    {
        var order = noise.argsort(1);
        return new RandomMask(order.narrow(1, 0, kept), order.argsort(1));
    }

    /// <summary>(B, L) of the given type: 1 where the patch was removed.</summary>
    public Tensor Removed(ScalarType type) => Restore.ge(Kept.shape[1]).to(type);
}
