using ScaleLab.Contracts.Corpora;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Data.Images;

/// <summary>
/// What <see cref="ViewRenderer"/> does, for a whole batch in tensors on any device: chance has decided the same about every view, and its pixels are the
/// same but for the rounding of sums (tested to 2e-4 of the range of values).
/// </summary>
internal static class BatchedViews
{
    /// <summary>Numbers that say all about a view.</summary>
    public const int Columns = 17;

    /// <param name="view">What chance has decided.</param>
    /// <param name="row"><see cref="Columns"/> numbers.</param>
    public static void Write(View view, Span<double> row)
    {
        var (left, top, width, height) = view.Box;
        (row[0], row[1], row[2], row[3]) = (left, top, width, height);
        (row[4], row[5]) = (view.Flip ? 1 : 0, view.Jitter ? 1 : 0);
        for (var i = 0; i < 4; i++)
        {
            (row[6 + i], row[10 + i]) = (view.Order[i], view.Factors[i]);
        }

        (row[14], row[15], row[16]) = (view.Gray ? 1 : 0, view.Sigma, view.Solarize ? 1 : 0);
    }

    /// <param name="pixels">Uint8 (B, T, H, W, C), H = W.</param>
    /// <param name="views">Float64 (B, <see cref="Columns"/>), a row of <see cref="Write"/> for each sample.</param>
    /// <param name="recipe">Its size is set.</param>
    /// <param name="info">Their size.</param>
    /// <param name="standardisation">On the device of the pixels.</param>
    /// <returns>Float32, standardised: (B, C, S, S), of clips (B, C, T, S, S).</returns>
    public static Tensor Render(Tensor pixels, Tensor views, ViewRecipe recipe, ImageInfo info, Standardisation standardisation)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor Column(int c) => views.select(1, c);
        var (size, target) = (info.Size, recipe.Size!.Value);
        var (batch, planes) = (pixels.shape[0], (long)info.Channels * info.Frames);

        // Rows, then columns: two products with the weights of every sample's own box.
        var columns = Weights(Column(0), Column(2), Column(4), size, target, recipe.Bicubic); // (B, S, W)
        var rows = Weights(Column(1), Column(3), zeros_like(Column(4)), size, target, recipe.Bicubic); // (B, S, H)
        var source = pixels.to(float32).mul_(1f / 255).permute(0, 4, 1, 2, 3).reshape(batch, planes * size, size); // (B, CTH, W)
        var wide = bmm(source, columns.transpose(1, 2)).view(batch, planes, size, target).transpose(1, 2).reshape(batch, size, planes * target); // (B, H, CTS)
        var x = bmm(rows, wide).view(batch, target, info.Channels, info.Frames, target).permute(0, 2, 3, 1, 4).clamp(0, 1); // (B, C, T, S, S)

        if (recipe.Jitter is not null)
        {
            x = BatchedColours.Jitter(x, Spread(Column(5)) != 0, [.. Enumerable.Range(6, 4).Select(c => Spread(Column(c)))], [.. Enumerable.Range(10, 4).Select(c => Spread(Column(c)).to(float32))]);
        }

        if (recipe.Gray > 0)
        {
            x = where(Spread(Column(14)) != 0, BatchedColours.Luminance(x).expand_as(x), x);
        }

        if (recipe.Blur > 0)
        {
            x = where(Spread(Column(15)) > 0, Blurred(x, Column(15), target), x);
        }

        if (recipe.Solarize > 0)
        {
            x = where((Spread(Column(16)) != 0).logical_and(x >= 0.5), 1 - x, x);
        }

        x = standardisation.Apply(x);
        return (info.Frames == 1 ? x.squeeze(2) : x).contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor Spread(Tensor column) => column.view(-1, 1, 1, 1, 1);

    // What Resampling.Set computes for one box, for the box of every sample, over all pixels of the source: most weights are 0.
    private static Tensor Weights(Tensor start, Tensor length, Tensor flip, int size, int target, bool bicubic)
    {
        Tensor Each(Tensor column) => column.view(-1, 1, 1);
        var scale = Each(length) / target; // (B, 1, 1)
        var stretch = scale.clamp_min(1);
        var support = stretch * (bicubic ? 2 : 1);
        var i = arange(target, dtype: float64, device: start.device).view(1, target, 1);
        var turned = where(Each(flip) != 0, target - 1 - i, i);
        var centre = (turned + 0.5) * scale; // (B, S, 1)
        var first = (centre - support + 0.5).floor().clamp_min(0);
        var end = minimum((centre + support + 0.5).floor(), Each(length));
        var p = arange(size, dtype: float64, device: start.device).view(1, 1, size) - Each(start); // (B, 1, size)
        var distance = ((p + 0.5 - centre) / stretch).abs(); // (B, S, size)
        var weight = bicubic ? Cubic(distance) : (1 - distance).clamp_min(0);
        weight = where((p >= first).logical_and(p < end), weight, zeros_like(weight));
        return (weight / weight.sum(-1, keepdim: true)).to(float32);
    }

    private static Tensor Cubic(Tensor x)
    {
        var near = (((x * 1.5) - 2.5) * x * x) + 1;
        var far = (((((x * -0.5) + 2.5) * x) - 4) * x) + 2;
        return where(x < 1, near, where(x < 2, far, zeros_like(x)));
    }

    private static Tensor Blurred(Tensor x, Tensor sigma, int target)
    {
        var radius = Math.Max(1, target / 20);
        var offsets = arange(-radius, radius + 1, dtype: float64, device: x.device); // (K)
        var width = where(sigma > 0, sigma, ones_like(sigma)).view(-1, 1);
        var kernel = (offsets * offsets / (width * width * -2)).exp(); // (B, K)
        kernel = (kernel / kernel.sum(-1, keepdim: true)).to(float32);
        foreach (var axis in (ReadOnlySpan<int>)[3, 4])
        {
            var sum = zeros_like(x);
            for (var i = -radius; i <= radius; i++)
            {
                // The border repeats its last pixel.
                var from = (arange(target, dtype: int64, device: x.device) + i).clamp(0, target - 1);
                sum = sum + (x.index_select(axis, from) * Spread(kernel.select(1, i + radius)));
            }

            x = sum;
        }

        return x.clamp_max(1);
    }
}
