using System.Collections.Immutable;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Laws;

/// <summary>A law with its numbers: one loss for each size of run.</summary>
/// <param name="Law">The family.</param>
/// <param name="Parameters">In the order of the law's <see cref="ScalingLaw.ParameterNames"/>.</param>
public sealed record LossSurface(ScalingLaw Law, ImmutableArray<double> Parameters)
{
    public double this[string parameter] => Parameters[Law.ParameterNames.ToList().IndexOf(parameter)];

    /// <summary>With C = 6·N·D and no token repeated.</summary>
    /// <param name="n">Parameters, &gt; 0.</param>
    /// <param name="d">Tokens, &gt; 0.</param>
    public double Loss(double n, double d) => Loss(new RunScale(n, d));

    /// <inheritdoc cref="ScalingLaw.Loss"/>
    public double Loss(RunScale run) => Law.Loss(Parameters.AsSpan(), run);

    /// <summary>The frontier where only so many different tokens exist; more are had by repeating them.</summary>
    /// <param name="uniqueD">Different tokens, &gt; 0.</param>
    /// <param name="cost">Of a run.</param>
    /// <exception cref="InputException">The law does not know of repeated tokens.</exception>
    public Frontier Frontier(double uniqueD, Cost cost) => Law is DataConstrainedLaw
        ? new RepeatingFrontier(this, uniqueD, cost)
        : throw new InputException($"{Law.Name} does not know of repeated tokens; fit --law data_constrained to runs that repeat some");

    /// <inheritdoc cref="ScalingLaw.Frontier"/>
    public Frontier? Frontier(Cost? cost = null) => Law.Frontier(Parameters.AsSpan(), cost ?? 6);
}
