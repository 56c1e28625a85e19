using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Tests.Fitting;

public sealed class GradientTests
{
    public static readonly TheoryData<string> Laws = ["chinchilla", "power"];

    [Theory]
    [MemberData(nameof(Laws))]
    public void The_gradient_of_a_law_agrees_with_finite_differences(string name)
    {
        var surface = Of(name);
        var gradient = new double[surface.Parameters.Length];
        surface.Law.Gradient(surface.Parameters.AsSpan(), 3e7, 2e9, gradient);
        for (var i = 0; i < gradient.Length; i++)
        {
            var step = 1e-6 * surface.Parameters[i];
            var (up, down) = (surface.Parameters.ToArray(), surface.Parameters.ToArray());
            (up[i], down[i]) = (up[i] + step, down[i] - step);
            Synthetic.Close((surface.Law.Loss(up, 3e7, 2e9) - surface.Law.Loss(down, 3e7, 2e9)) / (2 * step), gradient[i], 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void The_gradient_of_the_objective_agrees_with_finite_differences(string name)
    {
        var (huber, point) = Objective(name);
        var (gradient, none) = (new double[point.Length], new double[point.Length]);
        huber.Evaluate(point, gradient);
        for (var i = 0; i < point.Length; i++)
        {
            var (up, down) = (point.ToArray(), point.ToArray());
            (up[i], down[i]) = (up[i] + 1e-7, down[i] - 1e-7);
            Synthetic.Close((huber.Evaluate(up, none) - huber.Evaluate(down, none)) / 2e-7, gradient[i], 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public void The_curvature_of_the_objective_agrees_with_differences_of_its_gradient(string name)
    {
        var (huber, point) = Objective(name);
        var p = point.Length;
        var (hessian, above, below) = (new double[p * p], new double[p], new double[p]);
        huber.Delta = double.PositiveInfinity;
        huber.Curvature(point, hessian);
        var largest = hessian.Max(Math.Abs);
        for (var i = 0; i < p; i++)
        {
            var (up, down) = (point.ToArray(), point.ToArray());
            (up[i], down[i]) = (up[i] + 1e-5, down[i] - 1e-5);
            huber.Evaluate(up, above);
            huber.Evaluate(down, below);
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
        var surface = Of(name);
        var data = new FitData(Synthetic.Grid(surface).Observations);
        var huber = new HuberSum(data, surface.Law, data.Weights) { Delta = double.PositiveInfinity };
        Assert.Equal(0, huber.Evaluate(Coordinates(surface, data.Centre), new double[surface.Parameters.Length]), 1e-18);
    }

    private static LossSurface Of(string name) => name == "power" ? Synthetic.Power : Synthetic.Chinchilla;

    private static (HuberSum Huber, double[] Point) Objective(string name)
    {
        var surface = Of(name);
        var data = new FitData(Synthetic.Grid(surface, noise: RecoveryTests.Noise(0.003, 3)).Observations);
        double[] point = [.. Coordinates(surface, data.Centre).Select(w => w + 0.01)];
        return (new HuberSum(data, surface.Law, data.Weights), point);
    }

    private static double[] Coordinates(LossSurface surface, Centre centre)
    {
        double[] terms =
        [
            Math.Log(surface["A"]) - (surface["alpha"] * centre.N) - centre.Loss,
            Math.Log(surface["B"]) - (surface["beta"] * centre.D) - centre.Loss,
            surface["alpha"],
            surface["beta"],
        ];
        return surface.Law.HasFloor ? [surface["E"] / Math.Exp(centre.Loss), .. terms] : terms;
    }
}
