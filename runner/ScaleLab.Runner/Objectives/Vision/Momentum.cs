using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>A teacher that is the moving average of its student, and how slowly it moves.</summary>
internal static class Momentum
{
    /// <summary>From <paramref name="start"/> to 1 along half a cosine: BYOL, MoCo v3, DINO.</summary>
    /// <param name="start">Momentum of the first update.</param>
    /// <param name="progress">k/K in the update after step k = 0 … K − 1, as all their released code counts; null where it is constant.</param>
    public static double Cosine(double start, double? progress) => progress is { } share ? 1 - ((1 - start) * (1 + Math.Cos(Math.PI * share)) / 2) : start;

    /// <summary>From <paramref name="start"/> to 1 in a straight line: I-JEPA, V-JEPA.</summary>
    /// <inheritdoc cref="Cosine"/>
    public static double Linear(double start, double? progress) => progress is { } share ? start + ((1 - start) * share) : start;

    /// <summary>teacher ← m · teacher + (1 − m) · student, tensor by tensor, in place.</summary>
    public static void Follow(IEnumerable<Tensor> teacher, IEnumerable<Tensor> student, double momentum)
    {
        using var frozen = no_grad();
        foreach (var (t, s) in teacher.Zip(student))
        {
            t.mul_(momentum).add_(s, 1 - momentum);
        }
    }
}
