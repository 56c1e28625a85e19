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
}
