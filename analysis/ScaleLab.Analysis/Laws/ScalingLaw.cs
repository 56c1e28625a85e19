using System.Numerics;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

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

    /// <summary>dL/dp at one point.</summary>
    /// <param name="p">One number per <see cref="ParameterNames"/>.</param>
    /// <param name="n">Parameters, &gt; 0.</param>
    /// <param name="d">Tokens, &gt; 0.</param>
    /// <param name="gradient">Takes one derivative per parameter.</param>
    public abstract void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient);

    /// <summary>The cheapest (N, D) for every loss when a run costs <paramref name="flopsPerNd"/>·N·D FLOPs.</summary>
    public abstract Frontier Frontier(ReadOnlySpan<double> p, double flopsPerNd);

    /// <returns>Null where no law has that name.</returns>
    public static ScalingLaw? Find(string name) => All.FirstOrDefault(law => law.Name == name);

    /// <exception cref="InputException">No law has that name.</exception>
    public static ScalingLaw Of(string name)
    {
        var names = All.Select(law => law.Name).ToList();
        return Find(name) ?? throw new InputException($"unknown law '{name}'{Suggestion.For(name, names)} (known: {string.Join(", ", names)})");
    }

    public override string ToString() => Name;

    /// <summary>How many different N, and different D, its exponents need.</summary>
    internal abstract int DistinctNeeded { get; }

    /// <summary>Whether E is the first parameter.</summary>
    internal abstract bool HasFloor { get; }

    /// <summary>The law where it is fitted: centred logarithms, four or eight rows at once.</summary>
    /// <param name="w">Coordinates: E / e^centre, ln A, ln B, alpha, beta, or those of them that the law has.</param>
    /// <param name="x">ln N, centred.</param>
    /// <param name="y">ln D, centred.</param>
    /// <param name="gradient">Takes d ln L / dw.</param>
    /// <returns>ln L, centred.</returns>
    internal abstract Vector<double> LogLoss(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Span<Vector<double>> gradient);

    /// <summary>The box of coordinates in which a fit may end; its walls are reported, never hidden.</summary>
    /// <param name="minLoss">The least loss of the data, centred like E: no floor lies above it.</param>
    internal abstract (double[] Low, double[] High) Domain(double minLoss);

    internal abstract void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p);
}
