namespace ScaleLab.Analysis.Laws;

/// <summary>How large a run is: all that a law knows of it.</summary>
/// <param name="N">Parameters, &gt; 0.</param>
/// <param name="D">Tokens, &gt; 0, repeated ones counted each time.</param>
public readonly record struct RunScale(double N, double D)
{
    /// <summary>Training FLOPs.</summary>
    public double C { get; init; } = 6 * N * D;

    /// <summary>Different tokens, at most D.</summary>
    public double UniqueD { get; init; } = D;
}
