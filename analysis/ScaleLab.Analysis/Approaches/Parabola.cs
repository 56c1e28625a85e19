using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Approaches;

/// <summary>The least-squares parabola through some points.</summary>
/// <param name="Vertex">Where it is flat.</param>
/// <param name="Curvature">Half its second derivative.</param>
/// <param name="Least">Its value at the vertex.</param>
/// <param name="IsInside">The vertex lies between the points.</param>
internal readonly record struct Parabola(double Vertex, double Curvature, double Least, bool IsInside)
{
    public double At(double x) => Least + (Curvature * (x - Vertex) * (x - Vertex));

    /// <param name="x">At least three different values.</param>
    /// <param name="y">One for each.</param>
    public static Parabola Through(double[] x, ReadOnlySpan<double> y)
    {
        // Centred and scaled, the normal equations lose no digits.
        var (low, high) = (x.Min(), x.Max());
        var (middle, half) = ((low + high) / 2, (high - low) / 2);
        Span<double> matrix = stackalloc double[9];
        Span<double> c = stackalloc double[3];
        for (var i = 0; i < x.Length; i++)
        {
            var u = (x[i] - middle) / half;
            ReadOnlySpan<double> row = [1, u, u * u];
            for (var j = 0; j < 3; j++)
            {
                c[j] += row[j] * y[i];
                for (var k = 0; k < 3; k++)
                {
                    matrix[(3 * j) + k] += row[j] * row[k];
                }
            }
        }

        if (!Cholesky.Solve(matrix, c))
        {
            return default;
        }

        var vertex = -c[1] / (2 * c[2]);
        return new Parabola(middle + (half * vertex), c[2] / (half * half), c[0] - (c[1] * c[1] / (4 * c[2])), Math.Abs(vertex) <= 1);
    }
}
