using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>BYOL (Grill et al. 2020): each view's prediction meets the target network's projection of the other view.</summary>
internal static class ByolLoss
{
    /// <returns>Eq. 2 both ways round, summed: from 0 to 8, 4 for unrelated directions.</returns>
    public static Tensor Mean(Tensor prediction1, Tensor prediction2, Tensor target1, Tensor target2) =>
        Regression(prediction1, target2) + Regression(prediction2, target1);

    /// <summary>Mean over (N, D) rows of the squared distance between directions, 2 − 2 cos.</summary>
    public static Tensor Regression(Tensor prediction, Tensor target) =>
        (F.normalize(prediction, dim: 1) - F.normalize(target, dim: 1)).square().sum(1).mean();
}
