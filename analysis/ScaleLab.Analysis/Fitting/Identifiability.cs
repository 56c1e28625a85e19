namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// The verdict on a parameter from its bootstrap interval [low, high] around the estimate: a side is open where the interval reaches the wall of
/// the law's domain or lies further from the estimate than a factor of 2 (E, alpha, beta) or 10 (A and B, which are losses extrapolated to one
/// parameter and one token, and so move by decades where the exponents move by hundredths). Open on both sides is <c>no</c>.
/// </summary>
public static class Identifiability
{
    public const double FactorOfShape = 2;
    public const double FactorOfScale = 10;

    internal static Identified Verdict(string parameter, double estimate, Interval interval, bool lowWall, bool highWall)
    {
        var factor = parameter is "A" or "B" ? FactorOfScale : FactorOfShape;
        var below = lowWall || interval.Low * factor < estimate;
        var above = highWall || interval.High > estimate * factor;
        return (below, above) switch
        {
            (false, false) => Identified.Yes,
            (true, false) => Identified.OpenBelow,
            (false, true) => Identified.OpenAbove,
            _ => Identified.No,
        };
    }
}
