namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>
/// Leaves that fall until nothing is empty. Drawn from front to back, so the process is exactly stationary (Kendall and Thönnes 1999, "Perfect simulation in stochastic geometry";
/// Baradad et al. 2021, arXiv:2106.05963, draw back to front). Radii have density r⁻³ on [2, size/4], which gives natural images' statistics (Lee, Mumford and Huang 2001).
/// </summary>
internal static class DeadLeaves
{
    private const double SmallestRadius = 2.0;

    /// <param name="random">Of this picture.</param>
    /// <param name="first">Number of the first leaf.</param>
    /// <param name="picture">Filled.</param>
    /// <param name="size">H and W.</param>
    /// <returns>The number after the last, those of leaves that are not seen included.</returns>
    public static int Fill(ref SplitMix64 random, int first, ref Picture picture, int size)
    {
        var largest = size / 4.0;
        var margin = 1.25 * largest;
        var shrink = 1.0 - (SmallestRadius * SmallestRadius / (largest * largest));
        var number = first;
        for (; picture.Left > 0; number++)
        {
            var leaf = new Leaf { Radius = SmallestRadius / Math.Sqrt(1.0 - (random.NextDouble() * shrink)) };
            leaf.X = (random.NextDouble() * (size + (2.0 * margin))) - margin;
            leaf.Y = (random.NextDouble() * (size + (2.0 * margin))) - margin;
            leaf.Shape = (Shape)random.Below(Leaf.Shapes);
            leaf.Turn(ref random);
            leaf.Paint(ref random);
            picture.Draw(leaf, number);
        }

        return number;
    }
}
