using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>Joint-embedding prediction: I-JEPA (Assran et al. 2023) and V-JEPA (Bardes et al. 2024) regress the target encoder's features.</summary>
internal static class JepaLoss
{
    private const double Epsilon = 1e-5;

    /// <summary>The target encoder's features (…, D), each token normalised once more, without gain or bias.</summary>
    public static Tensor Targets(Tensor features) => F.layer_norm(features, [features.shape[^1]], null!, null!, Epsilon);

    /// <summary>I-JEPA's released code: smooth L1 with β = 1.</summary>
    public static Tensor SmoothL1(Tensor prediction, Tensor targets) => F.smooth_l1_loss(prediction, targets);

    /// <summary>I-JEPA's paper, eq. 1, as a mean.</summary>
    public static Tensor L2(Tensor prediction, Tensor targets) => (prediction - targets).square().mean();

    /// <summary>V-JEPA, eq. 2.</summary>
    public static Tensor L1(Tensor prediction, Tensor targets) => (prediction - targets).abs().mean();

    /// <param name="loss">One of these.</param>
    /// <param name="prediction">(blocks · B, M, D), block after block.</param>
    /// <param name="targets">As large.</param>
    /// <param name="images">B.</param>
    /// <returns>(B): the loss of each image, all its blocks together.</returns>
    public static Tensor Each(Func<Tensor, Tensor, Tensor> loss, Tensor prediction, Tensor targets, int images)
    {
        return stack([.. Enumerable.Range(0, images).Select(i => loss(Of(prediction, i), Of(targets, i)))]);

        Tensor Of(Tensor all, int image) => all.view(-1, images, all.shape[1], all.shape[2]).select(1, image);
    }
}
