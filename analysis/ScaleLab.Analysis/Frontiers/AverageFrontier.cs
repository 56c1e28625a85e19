using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>What two laws advise, averaged: N* and D* are weighted geometric means, so that they stay powers of C; the loss there is the averaged law's.</summary>
internal sealed record AverageFrontier : Frontier
{
    private readonly Func<RunScale, double> _loss;

    private AverageFrontier(Func<RunScale, double> loss) => _loss = loss;

    /// <param name="one">The first law's.</param>
    /// <param name="other">The second law's, with as many FLOPs per N·D.</param>
    /// <param name="weight">Of the second, in [0, 1].</param>
    /// <param name="loss">The averaged law.</param>
    public static Frontier Of(Frontier one, Frontier other, double weight, Func<RunScale, double> loss) => new AverageFrontier(loss)
    {
        ExponentN = ((1 - weight) * one.ExponentN) + (weight * other.ExponentN),
        ExponentD = ((1 - weight) * one.ExponentD) + (weight * other.ExponentD),
        G = Math.Pow(one.G, 1 - weight) * Math.Pow(other.G, weight),
        FlopsPerNd = one.FlopsPerNd,
        CostExponent = one.CostExponent,
        Floor = Math.Pow(one.Floor, 1 - weight) * Math.Pow(other.Floor, weight),
    };

    public override double Loss(double flops) => _loss(new RunScale(N(flops), D(flops)));

    public override double FlopsForLoss(double loss)
    {
        // No formula: the loss falls along the frontier, so bisection over all of a double's range of C finds it.
        var (low, high) = (-600.0, 600.0);
        for (var i = 0; i < 100 && loss > Floor; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Loss(Math.Exp(middle)) > loss ? (middle, high) : (low, middle);
        }

        return loss > Floor ? Math.Exp(high) : double.PositiveInfinity;
    }
}
