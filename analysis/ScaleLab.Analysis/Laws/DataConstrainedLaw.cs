using System.Numerics;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Laws;

/// <summary>
/// The chinchilla law of effective sizes: D' = U + U·R_D·(1 − e^(−(D/U − 1)/R_D)) of U different tokens, since repeated ones teach ever less, and likewise
/// N' of the excess over the N that U different tokens deserve. R_D and R_N are numbers of repetitions.
/// </summary>
public sealed class DataConstrainedLaw : ScalingLaw
{
    private static readonly ChinchillaLaw Fresh = new();

    public override string Name => "data_constrained";

    public override string Formula => "L = E + A/N'^alpha + B/D'^beta, D' = U + U R_D (1 - exp(-(D/U - 1)/R_D)), N' likewise with R_N";

    public override string Source => "Muennighoff et al. 2023, arXiv:2305.16264, section 3";

    public override IReadOnlyList<string> ParameterNames { get; } = ["E", "A", "B", "alpha", "beta", "R_D", "R_N"];

    internal override PowerForm Form => Fresh.Form;

    internal override (int N, int D) DistinctNeeded => (3, 3);

    // Four of each seed.
    internal override int Descents => 32;

    public override double Loss(ReadOnlySpan<double> p, RunScale run) => Value(p, run, stackalloc Vector<double>[p.Length]);

    public override void Gradient(ReadOnlySpan<double> p, RunScale run, Span<double> gradient)
    {
        Span<Vector<double>> slope = stackalloc Vector<double>[p.Length];
        Value(p, run, slope);
        for (var i = 0; i < p.Length; i++)
        {
            gradient[i] = slope[i][0] / (i is 0 or 3 or 4 ? 1 : p[i]);
        }
    }

    /// <summary>Of fresh data: where no token is repeated, and no N beyond the frontier, nothing is lost.</summary>
    public override Frontier? Frontier(ReadOnlySpan<double> p, Cost cost) => Fresh.Frontier(p[..5], cost);

    internal override (double N, double D, double Epochs) Read(RunScale run) => (Math.Log(run.N), Math.Log(run.D), Math.Log(run.D / run.UniqueD));

    internal override Vector<double> Value(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Vector<double> epochs, Span<Vector<double>> gradient)
    {
        var (alpha, beta) = (w[3], w[4]);
        var unique = y - epochs;
        var (data, dataByR) = Diminished(unique, epochs, w[5]);

        // The N that U deserves lies where both terms fall alike: αA/N^α = βB/U^β.
        var deserved = (new Vector<double>(w[1] - w[2] + Math.Log(alpha / beta)) + (beta * unique)) / alpha;
        var excess = Vector.Max(x - deserved, Vector<double>.Zero);
        var (size, sizeByR) = Diminished(x - excess, excess, w[6]);

        // d size / d deserved: what is not repeated counts in full.
        var byDeserved = Vector.ConditionalSelect(
            Vector.GreaterThan(excess, Vector<double>.Zero), Vector<double>.One - Slope(excess, w[6]), Vector<double>.Zero);
        var (u, v) = (Vector.Exp(new Vector<double>(w[1]) - (alpha * size)), Vector.Exp(new Vector<double>(w[2]) - (beta * data)));
        gradient[0] = Vector<double>.One;
        gradient[1] = u * (Vector<double>.One - byDeserved);
        gradient[2] = v + (u * byDeserved);
        gradient[3] = -u * (size + (byDeserved * (new Vector<double>(1 / alpha) - deserved)));
        gradient[4] = (-data * v) - (u * byDeserved * (unique - new Vector<double>(1 / beta)));
        gradient[5] = -beta * v * dataByR;
        gradient[6] = -alpha * u * sizeByR;
        return new Vector<double>(w[0]) + u + v;
    }

    internal override bool Bend(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, ReadOnlySpan<Vector<double>> gradient, Vector<double> weight, Span<Vector<double>> hessian) => false;

    internal override (double[] Low, double[] High) Domain(double minLoss, Centre centre)
    {
        var (low, high) = Form.Domain(ParameterNames.Count, minLoss);
        (low[5], low[6], high[5], high[6]) = (Math.Log(0.01), Math.Log(0.01), Math.Log(1e4), Math.Log(1e4));
        return (low, high);
    }

    internal override IEnumerable<double[]> Starts(double[] seed) =>
        from data in (double[])[2, 15]
        from size in (double[])[2, 15]
        select (double[])[.. seed, Math.Log(data), Math.Log(size)];

    internal override void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        Fresh.Restore(w[..5], centre, p[..5]);
        (p[5], p[6]) = (Math.Exp(w[5]), Math.Exp(w[6]));
    }

    internal override void Place(ReadOnlySpan<double> p, Centre centre, Span<double> w)
    {
        Fresh.Place(p[..5], centre, w[..5]);
        (w[5], w[6]) = (Math.Log(p[5]), Math.Log(p[6]));
    }

    private double Value(ReadOnlySpan<double> p, RunScale run, Span<Vector<double>> slope)
    {
        Span<double> w = stackalloc double[p.Length];
        Place(p, default, w);
        var (x, y, epochs) = Read(run);
        return Value(w, new(x), new(y), new(epochs), slope)[0];
    }

    // ln of what e^unique is worth, used e^times times, and its derivative by ln R.
    private static (Vector<double> Worth, Vector<double> ByR) Diminished(Vector<double> unique, Vector<double> times, double logR)
    {
        var r = Math.Exp(logR);
        var repeats = (Vector.Exp(times) - Vector<double>.One) / r;
        var left = Vector.Exp(-repeats);
        var gain = Vector<double>.One + (r * (Vector<double>.One - left));
        return (unique + Vector.Log(gain), r * (Vector<double>.One - left - (repeats * left)) / gain);
    }

    // d worth / d times.
    private static Vector<double> Slope(Vector<double> times, double logR)
    {
        var r = Math.Exp(logR);
        var all = Vector.Exp(times);
        var left = Vector.Exp(-(all - Vector<double>.One) / r);
        return all * left / (Vector<double>.One + (r * (Vector<double>.One - left)));
    }
}
