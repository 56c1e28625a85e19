using System.Text.Json.Serialization;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>
/// The compute-optimal line N*(C) = G·(C/k)^a, D*(C) = (C/k)^b / G^m, where a run costs C = k·N^m·D, and the loss along it.
/// With m = 1, as for language models, Hoffmann et al. 2022, arXiv:2203.15556, eq. 4; b = 1 − m·a.
/// </summary>
public record Frontier
{
    /// <summary>a of N* ∝ C^a, in (0, 1).</summary>
    [JsonPropertyName("a")]
    public required double ExponentN { get; init; }

    /// <summary>b of D* ∝ C^b.</summary>
    [JsonPropertyName("b")]
    public required double ExponentD { get; init; }

    [JsonPropertyName("G")]
    public required double G { get; init; }

    /// <summary>k of C = k·N·D: 6 for a transformer's forward and backward pass.</summary>
    public required double FlopsPerNd { get; init; }

    /// <summary>m; null for 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CostExponent { get; init; }

    internal Cost Cost => new(FlopsPerNd, CostExponent ?? 1);

    // L*(C) = floor + scale·(C/k)^(-decay).
    internal double Floor { get; init; }

    internal double Scale { get; init; }

    internal double Decay { get; init; }

    /// <param name="flops">C &gt; 0.</param>
    /// <returns>Parameters.</returns>
    public virtual double N(double flops) => G * Math.Pow(flops / FlopsPerNd, ExponentN);

    /// <param name="flops">C &gt; 0.</param>
    /// <returns>Tokens.</returns>
    public virtual double D(double flops) => Math.Pow(flops / FlopsPerNd, ExponentD) / Math.Pow(G, Cost.Exponent);

    /// <param name="flops">C &gt; 0.</param>
    /// <returns>The least loss that C buys.</returns>
    public virtual double Loss(double flops) => Floor + (Scale * Math.Pow(flops / FlopsPerNd, -Decay));

    /// <summary>C at which <paramref name="n"/> parameters are optimal.</summary>
    public virtual double FlopsForN(double n) => FlopsPerNd * Math.Pow(n / G, 1 / ExponentN);

    /// <summary>C at which <paramref name="d"/> tokens are optimal.</summary>
    public virtual double FlopsForD(double d) => FlopsPerNd * Math.Pow(d * Math.Pow(G, Cost.Exponent), 1 / ExponentD);

    /// <summary>The least C that reaches <paramref name="loss"/>; infinite at or below the floor.</summary>
    public virtual double FlopsForLoss(double loss) => loss <= Floor ? double.PositiveInfinity : FlopsPerNd * Math.Pow((loss - Floor) / Scale, -1 / Decay);

    /// <summary>Of L = E + (A/N^alpha + B/D^beta)^gamma, all positive but E, which may be zero; gamma moves the loss along the line, not the line.</summary>
    internal static Frontier OfTwoPowers(double e, double logA, double logB, double alpha, double beta, double gamma, Cost cost)
    {
        // In logarithms: A and B may differ by hundreds of orders of magnitude in a bootstrap draw.
        var m = cost.Exponent;
        var sum = alpha + (m * beta);
        var logG = (Math.Log(alpha / (m * beta)) + logA - logB) / sum;
        return new Frontier
        {
            ExponentN = beta / sum,
            ExponentD = alpha / sum,
            G = Math.Exp(logG),
            FlopsPerNd = cost.FlopsPerNd,
            CostExponent = m == 1 ? null : m,
            Floor = e,
            Scale = Math.Pow(Math.Exp(logA - (alpha * logG)) + Math.Exp(logB + (beta * m * logG)), gamma),
            Decay = gamma * alpha * beta / sum,
        };
    }
}
