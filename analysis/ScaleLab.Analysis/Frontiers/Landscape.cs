using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>A law off its frontier: the loss of any N and D, and what is best where something else than compute is scarce.</summary>
/// <param name="surface">The law.</param>
/// <param name="cost">Of a run.</param>
/// <param name="uniqueD">Different tokens that there are; null for as many as are wanted.</param>
internal sealed class Landscape(LossSurface surface, Cost cost, double? uniqueD)
{
    // ln of what a double holds, and to spare.
    private const double Far = 300;

    public double Loss(double n, double d) => surface.Loss(new RunScale(n, d) { UniqueD = Math.Min(d, uniqueD ?? d) });

    /// <returns>D at which <paramref name="n"/> parameters reach the loss; infinite where no D does.</returns>
    public double TokensFor(double loss, double n) => Crossing(d => Loss(n, d) > loss);

    /// <returns>N at which <paramref name="d"/> tokens reach the loss; infinite where no N does.</returns>
    public double ParamsFor(double loss, double d) => Crossing(n => Loss(n, d) > loss);

    /// <summary>Sizes whose loss, at this compute, exceeds that of the best by no more than a share.</summary>
    /// <param name="flops">C.</param>
    /// <param name="best">The N with the least loss.</param>
    /// <param name="share">Of that loss, &gt; 0.</param>
    public (double Low, double High) SizesWithin(double flops, double best, double share)
    {
        double At(double n) => Loss(n, cost.D(flops, n));
        var limit = (1 + share) * At(best);
        return (best / Crossing(factor => At(best / factor) <= limit, from: 0), best * Crossing(factor => At(best * factor) <= limit, from: 0));
    }

    /// <summary>The least FLOPs of training and serving together that reach a loss (Sardana et al. 2023, arXiv:2401.00448, eq. 1).</summary>
    /// <param name="loss">To reach.</param>
    /// <param name="served">Tokens over the model's life.</param>
    /// <exception cref="InputException">No size reaches the loss.</exception>
    public (double N, double D) ForServing(double loss, double served)
    {
        double Cost(double logN) => TokensFor(loss, Math.Exp(logN)) is var d && double.IsFinite(d) ? Math.Log(LifetimeFlops(Math.Exp(logN), d, served)) : double.PositiveInfinity;

        // Smaller models do not reach the loss at all; larger ones need ever fewer tokens, and cost ever more to serve.
        var least = Crossing(n => Loss(n, Math.Exp(Far)) > loss);
        if (!double.IsFinite(least))
        {
            throw new InputException("no size reaches this loss");
        }

        var n = Math.Exp(GoldenSection.Minimum(Cost, Math.Log(least), Math.Log(least) + 30));
        return (n, TokensFor(loss, n));
    }

    /// <summary>FLOPs of training a model and serving it: a token served costs a forward pass, a third of one trained on.</summary>
    public double LifetimeFlops(double n, double d, double served) => cost.Flops(n, d + (served / 3));

    // Up to where something holds; infinite where it always does.
    private static double Crossing(Func<double, bool> holds, double from = -Far)
    {
        var (low, high) = (from, Far);
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(Math.Exp(middle)) ? (middle, high) : (low, middle);
        }

        return high > Far - 1 ? double.PositiveInfinity : Math.Exp(high);
    }
}
