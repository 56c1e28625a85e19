using System.Collections.Immutable;
using ScaleLab.Analysis.Frontiers;

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

    /// <inheritdoc cref="ScalingLaw.Frontier"/>
    public Frontier? Frontier(double flopsPerNd = 6) => Law.Frontier(Parameters.AsSpan(), flopsPerNd);
}
