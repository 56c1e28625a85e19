using System.Numerics;
using System.Runtime.CompilerServices;

namespace ScaleLab.Analysis.Laws;

/// <summary>
/// What all laws share: L = E + (u^(1/γ) + v^(1/γ))^γ of two power laws u = e^(a − αx) and v = e^(b − βy) in centred logarithms x, y of N and D.
/// With γ = 1 they add. So written, a, b, α and β mean the same whatever γ is, which the form E + (A/N^α + B/D^β)^γ does not grant: a valley that bends is
/// slow to descend. Each field is the place of that coordinate in a law's vector; equal places tie two, and what is absent is E = 0, v = 0, γ = 1.
/// </summary>
internal sealed record PowerForm(int E, int A, int Alpha, int B, int Beta, int Gamma)
{
    public const int Absent = -1;

    // e^-40 of a typical loss is nothing; an exponent of 0.001 is a constant and one of 12 a wall; beyond these γ one term or a product is left.
    private const double LeastTerm = -40;
    private const double MostTerm = 20;
    private const double LeastExponent = 1e-3;
    private const double MostExponent = 12;
    private const double LeastGamma = 0.05;
    private const double MostGamma = 20;

    public bool HasFloor => E != Absent;

    public bool HasSecondTerm => B != Absent;

    public bool HasGamma => Gamma != Absent;

    /// <summary>L of several rows at once.</summary>
    /// <param name="w">A law's coordinates, by the places above.</param>
    /// <param name="x">ln N, centred.</param>
    /// <param name="y">ln D, centred.</param>
    /// <param name="gradient">Takes dL/dw.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Vector<double> Value(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, Span<Vector<double>> gradient)
    {
        var (logU, logV) = (new Vector<double>(w[A]) - (w[Alpha] * x), Vector<double>.Zero);
        Vector<double> u, v, sum;
        if (!HasSecondTerm)
        {
            (u, v) = (Vector.Exp(logU), Vector<double>.Zero);
            sum = u;
        }
        else
        {
            logV = new Vector<double>(w[B]) - (w[Beta] * y);
            if (!HasGamma)
            {
                (u, v) = (Vector.Exp(logU), Vector.Exp(logV));
                sum = u + v;
            }
            else
            {
                // Relative to the larger of the two: γ may be small. The derivative by γ is the sum times the entropy of the two shares.
                var gamma = w[Gamma];
                var larger = Vector.Max(logU, logV);
                var (s, t) = ((logU - larger) / gamma, (logV - larger) / gamma);
                var (p, q) = (Vector.Exp(s), Vector.Exp(t));
                var log = Vector.Log(p + q);
                sum = Vector.Exp(larger + (gamma * log));
                (p, q) = (p / (p + q), q / (p + q));
                (u, v) = (sum * p, sum * q);
                gradient[Gamma] = sum * (log - (p * s) - (q * t));
            }
        }

        gradient[A] = u;
        gradient[Alpha] = -x * u;
        if (HasSecondTerm)
        {
            gradient[B] = v;
            gradient[Beta] = Beta == Alpha || Beta == Gamma ? gradient[Beta] - (y * v) : -y * v;
        }

        if (!HasFloor)
        {
            return sum;
        }

        gradient[E] = Vector<double>.One;
        return sum + new Vector<double>(w[E]);
    }

    /// <summary>The second derivatives of L.</summary>
    /// <param name="w">As for <see cref="Value"/>.</param>
    /// <param name="x">Likewise.</param>
    /// <param name="y">Likewise.</param>
    /// <param name="gradient">As <see cref="Value"/> left it.</param>
    /// <param name="weight">Of each row.</param>
    /// <param name="hessian">To its lower half, row-major, the weighted derivatives are added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Bend(ReadOnlySpan<double> w, Vector<double> x, Vector<double> y, ReadOnlySpan<Vector<double>> gradient, Vector<double> weight, Span<Vector<double>> hessian)
    {
        var n = w.Length;
        var u = weight * gradient[A];
        if (!HasGamma)
        {
            Square(hessian, n, A, Alpha, x, u);
            if (HasSecondTerm)
            {
                Square(hessian, n, B, Beta, y, weight * gradient[B]);
            }

            return;
        }

        // In ln u and ln v, which are linear in the coordinates: p and q are the shares of the sum, t = (ln u − ln v)/γ = ln p − ln q.
        var (v, gamma) = (weight * gradient[B], w[Gamma]);
        var (p, q) = (gradient[A] / (gradient[A] + gradient[B]), gradient[B] / (gradient[A] + gradient[B]));
        var t = (new Vector<double>(w[A] - w[B]) - (w[Alpha] * x) + (w[Beta] * y)) / gamma;
        var entropy = (Vector.Abs(t) * Vector.Min(p, q)) - Vector.Log(Vector.Max(p, q));
        var (uv, k) = (u * q * (1 - (1 / gamma)), u * q * t / gamma);
        var (byU, byV) = ((u * entropy) - k, (v * entropy) + k);
        Square(hessian, n, A, Alpha, x, u * (p + (q / gamma)));
        Square(hessian, n, B, Beta, y, v * (q + (p / gamma)));
        Cross(hessian, n, A, B, uv);
        Cross(hessian, n, A, Beta, -y * uv);
        Cross(hessian, n, Alpha, B, -x * uv);
        Cross(hessian, n, Alpha, Beta, x * y * uv);
        Cross(hessian, n, A, Gamma, byU);
        Cross(hessian, n, Alpha, Gamma, -x * byU);
        Cross(hessian, n, B, Gamma, byV);
        Cross(hessian, n, Beta, Gamma, -y * byV);
        hessian[(Gamma * n) + Gamma] += ((u + v) * entropy * entropy) + (k * t);
    }

    // The part of one term: its logarithm is a coordinate minus an exponent times x.
    private static void Square(Span<Vector<double>> hessian, int n, int scale, int exponent, Vector<double> x, Vector<double> second)
    {
        hessian[(scale * n) + scale] += second;
        Cross(hessian, n, scale, exponent, -x * second);
        hessian[(exponent * n) + exponent] += x * x * second;
    }

    // Tied coordinates meet on the diagonal, from both sides.
    private static void Cross(Span<Vector<double>> hessian, int n, int i, int j, Vector<double> second) =>
        hessian[(Math.Max(i, j) * n) + Math.Min(i, j)] += i == j ? second + second : second;

    /// <inheritdoc cref="ScalingLaw.Domain"/>
    public (double[] Low, double[] High) Domain(int coordinates, double minLoss)
    {
        var (low, high) = (new double[coordinates], new double[coordinates]);
        void Box(int place, double least, double most)
        {
            if (place != Absent)
            {
                (low[place], high[place]) = (least, most);
            }
        }

        Box(E, 0, minLoss);
        Box(A, LeastTerm, MostTerm);
        Box(B, LeastTerm, MostTerm);
        Box(Gamma, LeastGamma, MostGamma);
        Box(Alpha, LeastExponent, MostExponent);
        Box(Beta, LeastExponent, MostExponent);
        return (low, high);
    }
}

/// <summary>Mean ln N, ln D and ln loss of the data: a fit works relative to them, so that no unit matters.</summary>
internal readonly record struct Centre(double N, double D, double Loss);
