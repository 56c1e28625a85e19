using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class GradientTests
{
    public static readonly TheoryData<string> Laws = [.. Synthetic.Laws.Keys];

    public static readonly TheoryData<string, string> LawsAndObjectives = [.. from law in Synthetic.Laws.Keys from objective in Objective.Names select (law, objective)];

    [Theory]
    [MemberData(nameof(Laws))]
    public void The_gradient_of_a_law_agrees_with_finite_differences(string name)
    {
        var surface = Synthetic.Laws[name];
        var run = new RunScale(3e8, 2e9) { UniqueD = 4e8 };
        var gradient = new double[surface.Parameters.Length];
        surface.Law.Gradient(surface.Parameters.AsSpan(), run, gradient);
        for (var i = 0; i < gradient.Length; i++)
        {
            var step = 1e-6 * surface.Parameters[i];
            var (up, down) = (surface.Parameters.ToArray(), surface.Parameters.ToArray());
            (up[i], down[i]) = (up[i] + step, down[i] - step);
            Synthetic.Close((surface.Law.Loss(up, run) - surface.Law.Loss(down, run)) / (2 * step), gradient[i], 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(LawsAndObjectives))]
    public void The_gradient_of_the_objective_agrees_with_finite_differences(string name, string objective)
    {
        var (f, point) = Function(name, objective);
        var (gradient, none) = (new double[point.Length], new double[point.Length]);
        f.Evaluate(point, gradient);
        for (var i = 0; i < point.Length; i++)
        {
            var (up, down) = (point.ToArray(), point.ToArray());
            (up[i], down[i]) = (up[i] + 1e-7, down[i] - 1e-7);
            Assert.Equal((f.Evaluate(up, none) - f.Evaluate(down, none)) / 2e-7, gradient[i], 1e-4 * gradient.Max(Math.Abs));
        }
    }

    [Theory]
    [MemberData(nameof(LawsAndObjectives))]
    public void The_curvature_of_the_objective_agrees_with_differences_of_its_gradient(string name, string objective)
    {
        var (f, point) = Function(name, objective);
        var p = point.Length;
        var (hessian, above, below) = (new double[p * p], new double[p], new double[p]);
        f.Delta = double.PositiveInfinity;
        f.Curvature(point, hessian);
        var largest = hessian.Max(Math.Abs);
        for (var i = 0; i < p; i++)
        {
            var (up, down) = (point.ToArray(), point.ToArray());
            (up[i], down[i]) = (up[i] + 1e-5, down[i] - 1e-5);
            f.Evaluate(up, above);
            f.Evaluate(down, below);
            for (var k = 0; k < p; k++)
            {
                Assert.Equal((above[k] - below[k]) / 2e-5, hessian[(i * p) + k], largest * 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void The_fitted_coordinates_describe_the_same_losses_as_the_law(string name)
    {
        var surface = Synthetic.Laws[name];
        var data = new FitData(Synthetic.Grid(surface).Observations, surface.Law);
        var f = new FitFunction(data, surface.Law, new Objective("mse_log", 1, 1));
        var point = new double[f.Length];
        surface.Law.Place(surface.Parameters.AsSpan(), data.Centre, point);
        Assert.Equal(0, f.Evaluate(point, new double[f.Length]), 1e-20);
        var again = new double[f.Length];
        surface.Law.Restore(point, data.Centre, again);
        Assert.All(surface.Parameters.Zip(again), pair => Synthetic.Close(pair.First, pair.Second, 1e-12));
    }

    private static (FitFunction Function, double[] Point) Function(string name, string objective)
    {
        var surface = Synthetic.Laws[name];
        var data = new FitData(Synthetic.Grid(surface, noise: RecoveryTests.Noise(0.003, 3)).Observations, surface.Law);
        var point = new double[surface.Parameters.Length];
        surface.Law.Place(surface.Parameters.AsSpan(), data.Centre, point);
        return (new FitFunction(data, surface.Law, new Objective(objective, 1e-3, 10)), [.. point.Select(w => w + 0.01)]);
    }
}
