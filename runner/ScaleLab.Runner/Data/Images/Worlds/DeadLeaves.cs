namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>
/// Fills a picture with leaves from front to back: each covers only what is still empty, so the process is exactly stationary
/// (Kendall and Thönnes 1999, "Perfect simulation in stochastic geometry"; Baradad et al. 2021, arXiv:2106.05963, draw back to front).
/// Radii have density r⁻³ on [2, size/4], which gives natural images' statistics (Lee, Mumford and Huang 2001).
/// </summary>
internal static class DeadLeaves
{
    private const double SmallestRadius = 2.0;

    /// <summary>Draws one leaf over what is empty.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="number">Written into <paramref name="owners"/> where the leaf is seen.</param>
    /// <param name="pixels">(H, W, 3)</param>
    /// <param name="owners">(H, W); negative where nothing was drawn yet.</param>
    /// <param name="size">H and W.</param>
    /// <returns>Pixels that were filled.</returns>
    public static int Draw(in Leaf leaf, int number, Span<byte> pixels, Span<int> owners, int size)
    {
        var (left, right, top, bottom) = leaf.Box(size);
        var filled = 0;
        for (var row = top; row < bottom; row++)
        {
            for (var column = left; column < right; column++)
            {
                var pixel = (row * size) + column;
                if (owners[pixel] < 0 && leaf.Covers(column, row))
                {
                    owners[pixel] = number;
                    leaf.Colour(pixels, pixel);
                    filled++;
                }
            }
        }

        return filled;
    }

    /// <summary>Draws leaves until nothing is empty.</summary>
    /// <param name="random">Of this picture.</param>
    /// <param name="first">Number of the first leaf drawn here.</param>
    /// <param name="pixels">(H, W, 3)</param>
    /// <param name="owners">(H, W); negative where nothing was drawn yet.</param>
    /// <param name="size">H and W.</param>
    /// <returns>Leaves there are in all, those not seen included.</returns>
    public static int Fill(ref SplitMix64 random, int first, Span<byte> pixels, Span<int> owners, int size)
    {
        var largest = size / 4.0;
        var margin = 1.25 * largest;
        var shrink = 1.0 - (SmallestRadius * SmallestRadius / (largest * largest));

        // Most leaves fall where everything is full, so the empty pixels are listed: a leaf visits them or its own, whichever are fewer.
        var empty = new (int Row, int Column)[owners.Length];
        var listed = 0;
        for (var pixel = 0; pixel < owners.Length; pixel++)
        {
            if (owners[pixel] < 0)
            {
                empty[listed++] = Math.DivRem(pixel, size);
            }
        }

        var left = listed;
        var number = first;
        for (; left > 0; number++)
        {
            var leaf = new Leaf { Radius = SmallestRadius / Math.Sqrt(1.0 - (random.NextDouble() * shrink)) };
            leaf.X = (random.NextDouble() * (size + (2.0 * margin))) - margin;
            leaf.Y = (random.NextDouble() * (size + (2.0 * margin))) - margin;
            leaf.Shape = (Shape)random.Below(Leaf.Shapes);
            leaf.Turn(ref random);
            leaf.Paint(ref random);

            var (west, east, north, south) = leaf.Box(size);
            if (west >= east || north >= south)
            {
                continue;
            }

            if ((east - west) * (south - north) < left)
            {
                left -= Draw(leaf, number, pixels, owners, size);
                continue;
            }

            var kept = 0;
            foreach (var (row, column) in empty.AsSpan(0, listed))
            {
                var pixel = (row * size) + column;
                if (owners[pixel] >= 0)
                {
                    continue;
                }

                if (column >= west && column < east && row >= north && row < south && leaf.Covers(column, row))
                {
                    owners[pixel] = number;
                    leaf.Colour(pixels, pixel);
                }
                else
                {
                    empty[kept++] = (row, column);
                }
            }

            left = listed = kept;
        }

        return number;
    }
}
