namespace ScaleLab.Analysis.Frontiers;

/// <summary>The minimum of a function of one variable that falls, then rises (Kiefer 1953).</summary>
internal static class GoldenSection
{
    private const double Section = 0.6180339887498949;

    // The interval shrinks to what a double can tell apart.
    private const int Steps = 90;

    public static double Minimum(Func<double, double> f, double low, double high)
    {
        var (left, right) = (high - (Section * (high - low)), low + (Section * (high - low)));
        var (atLeft, atRight) = (f(left), f(right));
        for (var i = 0; i < Steps; i++)
        {
            if (atLeft < atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (Section * (high - low));
                atLeft = f(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (Section * (high - low));
                atRight = f(right);
            }
        }

        return (low + high) / 2;
    }
}
