using ScaleLab.Runner.Data.Images.Worlds;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>
/// The best predictor of the hidden patches of a Gaussian field: the mean given the visible pixels, Σ_mv Σ_vv⁻¹ x_v. No model of any size or training has a smaller expected squared error.
/// What it loses on the very images and masks of the held-out set is the floor of the losses that are measured there.
/// </summary>
internal sealed class FieldPredictor : IDisposable
{
    private readonly int _volume;
    private readonly Tensor _covariance; // (L·p², L·p²), pixels patch by patch

    /// <param name="size">Height and width of an image.</param>
    /// <param name="patch">p, a divisor of it.</param>
    /// <param name="length">Of the covariance.</param>
    /// <param name="noise">Variance of white noise on every pixel.</param>
    public FieldPredictor(int size, int patch, double length, double noise)
    {
        _volume = patch * patch;
        var grid = size / patch;
        var places = (from row in Enumerable.Range(0, grid)
                      from column in Enumerable.Range(0, grid)
                      from y in Enumerable.Range(0, patch)
                      from x in Enumerable.Range(0, patch)
                      select (Row: (row * patch) + y, Column: (column * patch) + x)).ToArray();
        var covariance = new double[places.Length, places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            for (var j = 0; j < places.Length; j++)
            {
                covariance[i, j] = GaussianField.Covariance(length, places[i].Row - places[j].Row, places[i].Column - places[j].Column) + (i == j ? noise : 0);
            }
        }

        _covariance = tensor(covariance).DetachFromDisposeScope();
    }

    /// <summary>Mean squared error over the hidden pixels of these images.</summary>
    /// <param name="patches">(B, L, p²), standardised, on the CPU.</param>
    /// <param name="visible">(B, K)</param>
    public double Loss(Tensor patches, Tensor visible)
    {
        using var scope = NewDisposeScope();
        var pixels = patches.to(float64).flatten(1); // (B, n)
        var seen = Pixels(visible);
        var weights = cholesky_solve(pixels.gather(1, seen).unsqueeze(-1), linalg.cholesky(Among(seen))).squeeze(-1);
        var predicted = zeros_like(pixels).scatter(1, seen, weights).mm(_covariance);
        return ((predicted - pixels).square() * Hidden(pixels, seen)).sum().item<double>() / (pixels.numel() - seen.numel());
    }

    /// <summary>What <see cref="Loss"/> is over all images, for each set of visible patches: tr(Σ_mm − Σ_mv Σ_vv⁻¹ Σ_vm) / m.</summary>
    /// <param name="visible">(B, K)</param>
    /// <returns>(B)</returns>
    public Tensor ExpectedLoss(Tensor visible)
    {
        using var scope = NewDisposeScope();
        var seen = Pixels(visible);
        var rows = Rows(seen); // (B, v, n)
        var explained = (rows * cholesky_solve(rows, linalg.cholesky(Among(seen)))).sum(1); // (B, n)
        var left = (_covariance.diagonal() - explained) * Hidden(explained, seen);
        return (left.sum(1) / (_covariance.shape[0] - seen.shape[1])).MoveToOuterDisposeScope();
    }

    public void Dispose() => _covariance.Dispose();

    private Tensor Pixels(Tensor visible) => (visible.unsqueeze(-1) * _volume + arange(_volume)).flatten(1); // (B, v)

    private Tensor Rows(Tensor seen) => _covariance.index_select(0, seen.flatten()).view(seen.shape[0], seen.shape[1], -1);

    private Tensor Among(Tensor seen) => Rows(seen).gather(2, seen.unsqueeze(1).expand(-1, seen.shape[1], -1));

    private static Tensor Hidden(Tensor like, Tensor seen) => ones_like(like).scatter(1, seen, zeros(seen.shape, dtype: float64));
}
