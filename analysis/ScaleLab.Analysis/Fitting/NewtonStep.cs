namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// A Newton step with Levenberg damping inside the domain's box: a coordinate that would leave the box goes to its wall, and the others are solved
/// for again around that. Merely cutting such a step off would turn it away from the valley that it follows.
/// </summary>
internal static class NewtonStep
{
    /// <returns>False where the damped Hessian is not positive definite.</returns>
    public static bool Try(FitFunction f, double[] point, double[] gradient, double[] hessian, double damping, double[] trial)
    {
        var p = point.Length;
        Span<double> move = stackalloc double[p];
        Span<bool> held = stackalloc bool[p];
        var largest = 0.0;
        for (var i = 0; i < p; i++)
        {
            held[i] = f.IsHeld(i, point[i], gradient[i]);
            largest = held[i] ? largest : Math.Max(largest, Math.Abs(hessian[(i * p) + i]));
        }

        bool left;
        do
        {
            if (!SolveFree(gradient, hessian, damping, largest, held, move))
            {
                return false;
            }

            left = false;
            for (var i = 0; i < p; i++)
            {
                var wall = Math.Clamp(point[i] + move[i], f.Low[i], f.High[i]);
                if (!held[i] && wall != point[i] + move[i])
                {
                    (move[i], held[i], left) = (wall - point[i], true, true);
                }
            }
        }
        while (left);

        for (var i = 0; i < p; i++)
        {
            trial[i] = point[i] + move[i];
        }

        f.Clamp(trial);
        return true;
    }

    private static bool SolveFree(double[] gradient, double[] hessian, double damping, double largest, Span<bool> held, Span<double> move)
    {
        var p = move.Length;
        Span<int> free = stackalloc int[p];
        var count = 0;
        for (var i = 0; i < p; i++)
        {
            free[count] = i;
            count += held[i] ? 0 : 1;
        }

        Span<double> matrix = stackalloc double[count * count];
        Span<double> step = stackalloc double[count];
        for (var i = 0; i < count; i++)
        {
            var row = free[i] * p;
            step[i] = -gradient[free[i]];
            for (var k = 0; k < p; k++)
            {
                step[i] -= held[k] ? hessian[row + k] * move[k] : 0;
            }

            for (var j = 0; j <= i; j++)
            {
                matrix[(i * count) + j] = hessian[row + free[j]];
            }

            matrix[(i * count) + i] += damping * Math.Max(Math.Abs(matrix[(i * count) + i]), 1e-6 * largest);
        }

        if (!Cholesky.Solve(matrix, step))
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            move[free[i]] = step[i];
        }

        return true;
    }
}
