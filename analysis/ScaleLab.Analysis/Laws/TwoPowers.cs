using System.Numerics;

namespace ScaleLab.Analysis.Laws;

/// <summary>A/N^alpha + B/D^beta, which several laws share.</summary>
internal static class TwoPowers
{
    // p: A, B, alpha, beta.
    public static double Value(ReadOnlySpan<double> p, double n, double d) => (p[0] * Math.Pow(n, -p[2])) + (p[1] * Math.Pow(d, -p[3]));

    public static void Gradient(ReadOnlySpan<double> p, double n, double d, Span<double> gradient)
    {
        gradient[0] = Math.Pow(n, -p[2]);
        gradient[1] = Math.Pow(d, -p[3]);
        gradient[2] = -p[0] * gradient[0] * Math.Log(n);
        gradient[3] = -p[1] * gradient[1] * Math.Log(d);
    }

    /// <summary>The same in a fit's coordinates: ln A, ln B, alpha, beta against centred logarithms.</summary>
    public static Vector<double> Value(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Span<Vector<double>> gradient)
    {
        var u = Vector.Exp(new Vector<double>(w[0]) - (w[2] * x));
        var v = Vector.Exp(new Vector<double>(w[1]) - (w[3] * y));
        gradient[0] = u;
        gradient[1] = v;
        gradient[2] = -x * u;
        gradient[3] = -y * v;
        return u + v;
    }

    /// <summary>From centred logarithms back to A and B.</summary>
    public static void Restore(ReadOnlySpan<double> w, Centre centre, Span<double> p)
    {
        p[0] = Math.Exp(w[0] + centre.Loss + (w[2] * centre.N));
        p[1] = Math.Exp(w[1] + centre.Loss + (w[3] * centre.D));
        p[2] = w[2];
        p[3] = w[3];
    }

    // e^-30 of a typical loss is nothing; an exponent of 8 is a wall, one of 0.001 a constant.
    public static readonly double[] Low = [-30, -30, 1e-3, 1e-3];
    public static readonly double[] High = [10, 10, 8, 8];
}

/// <summary>Mean ln N, ln D and ln loss of the data: a fit works relative to them, so that no unit matters.</summary>
internal readonly record struct Centre(double N, double D, double Loss);
