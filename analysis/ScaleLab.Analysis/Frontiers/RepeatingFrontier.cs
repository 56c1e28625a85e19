using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>
/// Where tokens run out: up to the compute at which the optimal D is all of them, the frontier of fresh data; beyond, the best number of repetitions,
/// searched for, since no formula gives it (Muennighoff et al. 2023, arXiv:2305.16264, section 5). The exponents stay those of fresh data.
/// </summary>
internal sealed record RepeatingFrontier : Frontier
{
    // Nothing is gained beyond: repetitions fade like e^(-epochs/R) with R of some tens at most.
    private const double MostEpochs = 1e5;
    private const int Steps = 64;

    private readonly LossSurface _surface;

    // The floor moves no optimum, and would cost it half of its digits.
    private readonly LossSurface _reducible;
    private readonly double _unique;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public RepeatingFrontier(LossSurface surface, double uniqueD, Cost cost)
        : base(surface.Frontier(cost)!) => (_surface, _reducible, _unique) = (surface, surface with { Parameters = surface.Parameters.SetItem(surface.Law.Form.E, 0) }, uniqueD);

    public override double N(double flops) => Repeats(flops) ? Cost.N(flops, D(flops)) : base.N(flops);

    public override double D(double flops) => Repeats(flops) ? _unique * Math.Exp(LogEpochs(flops)) : base.D(flops);

    public override double Loss(double flops) => Repeats(flops) ? At(_surface, flops, LogEpochs(flops)) : base.Loss(flops);

    public override double FlopsForN(double n) => Where(flops => N(flops) < n);

    public override double FlopsForD(double d) => Where(flops => D(flops) < d);

    public override double FlopsForLoss(double loss) => Where(flops => Loss(flops) > loss);

    private bool Repeats(double flops) => base.D(flops) > _unique;

    // A grid, for the loss need not have one minimum only; then golden sections around the best cell.
    private double LogEpochs(double flops)
    {
        var step = Math.Log(MostEpochs) / Steps;
        var best = Enumerable.Range(0, Steps + 1).MinBy(i => At(_reducible, flops, i * step)) * step;
        return GoldenSection.Minimum(epochs => At(_reducible, flops, epochs), Math.Max(0, best - step), best + step);
    }

    private double At(LossSurface surface, double flops, double logEpochs)
    {
        var d = _unique * Math.Exp(logEpochs);
        return surface.Loss(new RunScale(Cost.N(flops, d), d) { UniqueD = _unique });
    }

    // The compute up to which something holds; infinite where it always does.
    private static double Where(Func<double, bool> holds)
    {
        var (low, high) = (0.0, 200.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(Math.Exp(middle)) ? (middle, high) : (low, middle);
        }

        return high > 199.9 ? double.PositiveInfinity : Math.Exp(high);
    }
}
