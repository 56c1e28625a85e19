using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>A family of loss surfaces L(N, D). Stateless; a member of the family is a <see cref="LossSurface"/>.</summary>
public abstract class ScalingLaw
{
    public static readonly IReadOnlyList<ScalingLaw> All = [new ChinchillaLaw(), new PowerLaw()];

    /// <summary>As on the command line and in files: <c>chinchilla</c>.</summary>
    public abstract string Name { get; }

    /// <summary>For people: <c>L = E + A/N^alpha + B/D^beta</c>.</summary>
    public abstract string Formula { get; }

    /// <summary>Paper and equation.</summary>
    public abstract string Source { get; }

    /// <summary>The order of every parameter vector below.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <param name="p">One number per <see cref="ParameterNames"/>.</param>
    /// <param name="n">Parameters, &gt; 0.</param>
    /// <param name="d">Tokens, &gt; 0.</param>
    public abstract double Loss(ReadOnlySpan<double> p, double n, double d);

    /// <summary>dL/dθ at one point.</summary>
    /// <param name="p">One number per <see cref="ParameterNames"/>.</param>
    /// <param name="n">Parameters, &gt; 0.</param>
    /// <param name="d">Tokens, &gt; 0.</param>
    /// <param name="gradient">Takes one derivative per parameter.</param>
    public abstract void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient);

    /// <summary>The cheapest (N, D) for every loss when a run costs <paramref name="flopsPerNd"/>·N·D FLOPs.</summary>
    public abstract Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd);

    /// <returns>Null where no law has that name.</returns>
    public static ScalingLaw? Find(string name) => All.FirstOrDefault(law => law.Name == name);

    public override string ToString() => Name;
}
