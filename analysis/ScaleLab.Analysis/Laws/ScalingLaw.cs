using System.Numerics;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Laws;

/// <summary>A family of loss surfaces. Stateless; a member of the family is a <see cref="LossSurface"/>.</summary>
public abstract class ScalingLaw
{
    public static readonly IReadOnlyList<ScalingLaw> All =
        [new ChinchillaLaw(), new PowerLaw(), new TiedLaw(), new GammaLaw(), new KaplanLaw(), new DataConstrainedLaw(), new OneVariableLaw('c', null)];

    // Laws that stand in files.
    private static readonly IReadOnlyList<ScalingLaw> Readable = [.. All, new AverageLaw()];

    /// <summary>As on the command line and in files: <c>chinchilla</c>.</summary>
    public abstract string Name { get; }

    /// <summary>For people: <c>L = E + A/N^alpha + B/D^beta</c>.</summary>
    public abstract string Formula { get; }

    /// <summary>Paper and equation.</summary>
    public abstract string Source { get; }

    /// <summary>The order of every parameter vector below. All are positive, or zero where <see cref="MayBeZero"/>.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <param name="p">One number per <see cref="ParameterNames"/>.</param>
    /// <param name="run">Its size.</param>
    public abstract double Loss(ReadOnlySpan<double> p, RunScale run);

    /// <summary>dL/dp at one point.</summary>
    /// <param name="p">One number per <see cref="ParameterNames"/>.</param>
    /// <param name="run">Its size.</param>
    /// <param name="gradient">Takes one derivative per parameter.</param>
    public abstract void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient);

    /// <summary>The cheapest (N, D) for every loss when a run costs so much and repeats no token.</summary>
    /// <returns>Null for a law of one variable.</returns>
    public abstract Frontier? Frontier(ReadOnlySpan<double> p, Cost cost);

    /// <returns>Null where no law has that name.</returns>
    public static ScalingLaw? Find(string name) => OneVariableLaw.Parse(name) ?? Readable.FirstOrDefault(law => law.Name == name);

    /// <exception cref="InputException">No law has that name.</exception>
    public static ScalingLaw Of(string name)
    {
        var names = All.Select(law => law.Name).ToList();
        return Find(name) ?? throw new InputException($"unknown law '{name}'{Suggestion.For(name, names)} (known: {string.Join(", ", names)})");
    }

    public override string ToString() => Name;

    /// <summary>The shape in which the law is fitted.</summary>
    internal abstract PowerForm Form { get; }

    /// <summary>How many different N, and different D, it needs.</summary>
    internal abstract (int N, int D) DistinctNeeded { get; }

    /// <summary>From how many seeds to descend: they agree but for a landscape with two basins.</summary>
    internal virtual int Descents => 8;

    /// <summary>Parameters that the data must show: all but those that are pinned.</summary>
    internal virtual int FreeParameters => ParameterNames.Count;

    /// <summary>Whether a member of the family may have 0 there.</summary>
    internal virtual bool MayBeZero(string parameter) => parameter == "E";

    /// <summary>The logarithms that the law reads, whatever their units; <c>Epochs</c> = ln(D / unique D), 0 where no token is repeated.</summary>
    internal virtual (double N, double D, double Epochs) Read(RunScale run) => (Math.Log(run.N), Math.Log(run.D), 0);

    /// <summary>The law where it is fitted: centred logarithms, several rows at once.</summary>
    /// <param name="w">Coordinates, in the order of <see cref="ParameterNames"/>; see <see cref="PowerForm"/>.</param>
    /// <param name="x">ln N, centred.</param>
    /// <param name="y">ln D, centred.</param>
    /// <param name="epochs">ln(D / unique D).</param>
    /// <param name="gradient">Takes dL/dw.</param>
    /// <returns>L, in units of the centre.</returns>
    internal virtual Vector<double> Value(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Vector<double> epochs, Span<Vector<double>> gradient) =>
        Form.Value(w, x, y, gradient);

    /// <summary>Adds the weighted second derivatives of L; see <see cref="PowerForm.Bend"/>.</summary>
    /// <returns>False where the law has none to offer: they are then taken from differences of its gradient.</returns>
    internal virtual bool Bend(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, ReadOnlySpan<Vector<double>> gradient, Vector<double> weight, Span<Vector<double>> hessian)
    {
        Form.Bend(w, x, y, gradient, weight, hessian);
        return true;
    }

    /// <summary>The box of coordinates in which a fit may end; its walls are reported, never hidden. Equal walls pin a coordinate.</summary>
    /// <param name="minLoss">The least loss of the data, centred like E: no floor lies above it.</param>
    /// <param name="centre">Of the data.</param>
    internal virtual (double[] Low, double[] High) Domain(double minLoss, Centre centre) => Form.Domain(ParameterNames.Count, minLoss);

    /// <summary>Where to begin, from a seed of the shape's own coordinates.</summary>
    internal virtual IEnumerable<double[]> Starts(double[] seed) => [seed];

    /// <summary>The coordinate whose product with parameter <paramref name="k"/>, or with the logarithm of a scale, coordinate k is, less what centring takes; null where coordinate k tells its parameter alone.</summary>
    internal virtual int? Multiplier(int k) => null;

    /// <summary>From coordinates to parameters.</summary>
    internal abstract void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p);

    /// <summary>From parameters to coordinates.</summary>
    internal abstract void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w);
}
