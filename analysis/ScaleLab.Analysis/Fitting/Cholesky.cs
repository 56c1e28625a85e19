namespace ScaleLab.Analysis.Fitting;

/// <summary>Linear systems of a handful of unknowns, solved in place thousands of times per fit: a general library allocates more than it computes here.</summary>
internal static class Cholesky
{
    /// <param name="matrix">Symmetric, row-major; its lower triangle is overwritten.</param>
    /// <param name="rhs">Overwritten by the solution.</param>
    /// <returns>False where the matrix is not positive definite; <paramref name="rhs"/> is then of no use.</returns>
    public static bool Solve(Span<double> matrix, Span<double> rhs)
    {
        var n = rhs.Length;
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var sum = matrix[(i * n) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= matrix[(i * n) + k] * matrix[(j * n) + k];
                }

                if (i > j)
                {
                    matrix[(i * n) + j] = sum / matrix[(j * n) + j];
                }
                else if (sum > 1e-15 * Math.Abs(matrix[(j * n) + j]))
                {
                    matrix[(j * n) + j] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                rhs[i] -= matrix[(i * n) + k] * rhs[k];
            }

            rhs[i] /= matrix[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                rhs[i] -= matrix[(k * n) + i] * rhs[k];
            }

            rhs[i] /= matrix[(i * n) + i];
        }

        return true;
    }
}
