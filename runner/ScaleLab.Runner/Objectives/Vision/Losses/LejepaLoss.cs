using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Losses;

/// <summary>LeJEPA (Balestriero and LeCun 2025): views agree, and their embeddings look like an isotropic Gaussian on random slices.</summary>
internal static class LejepaLoss
{
    private const int Knots = 17;
    private const double LastKnot = 3;

    /// <summary>λ · SIGReg + (1 − λ) · invariance, after the authors' minimal code.</summary>
    /// <param name="views">Embeddings (V, N, D).</param>
    /// <param name="slices">Directions (D, S), each of length 1.</param>
    /// <param name="weight">λ.</param>
    public static Tensor Mean(Tensor views, Tensor slices, double weight = 0.02) =>
        (weight * SigReg(views, slices).mean()) + ((1 - weight) * Invariance(views));

    /// <summary>Squared distance of each view from the mean of its image's views; mean over all of (V, N, D).</summary>
    public static Tensor Invariance(Tensor views) => (views.mean([0], keepdim: true) - views).square().mean();

    /// <summary>Mean over the slices of the Epps–Pulley statistic; (V), one test for each view.</summary>
    public static Tensor SigReg(Tensor views, Tensor slices)
    {
        var (count, samples, width) = (views.shape[0], views.shape[1], views.shape[2]);
        return EppsPulley(Products.Plain(views.reshape(-1, width), slices).view(count, samples, -1)).mean([-1]);
    }

    /// <summary>Normal draws (D, S) made into directions.</summary>
    public static Tensor Slices(Tensor normal) => F.normalize(normal, dim: 0);

    /// <summary>N ∫ |φ̂(t) − φ(t)|² φ(t) dt of samples (…, N, S) against a standard normal, by the trapezoid rule on [0, 3] twice over.</summary>
    private static Tensor EppsPulley(Tensor samples)
    {
        var t = linspace(0, LastKnot, Knots, samples.dtype, samples.device);
        var normal = (t.square() / -2).exp();
        const double step = LastKnot / (Knots - 1);
        var weights = normal * 2 * step;
        weights[0] = weights[0] / 2;
        weights[-1] = weights[-1] / 2;

        var angles = samples.unsqueeze(-1) * t; // (…, N, S, knots)
        var error = (angles.cos().mean([-3]) - normal).square() + angles.sin().mean([-3]).square(); // (…, S, knots)
        return (error * weights).sum(-1) * samples.shape[^2];
    }
}
