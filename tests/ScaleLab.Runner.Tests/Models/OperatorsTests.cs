using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>What a GPU computes with, on a CPU: values and gradients are those of the plain formulas.</summary>
public sealed class OperatorsTests : TorchTests
{
    [Fact]
    public void The_norm_of_one_kernel_is_the_formula()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var (x, gain) = (randn([6, 10], float64, generator: random).requires_grad_(), randn([10], float64, generator: random).requires_grad_());
        var (y, g) = (x.detach().clone().requires_grad_(), gain.detach().clone().requires_grad_());
        var (one, formula) = (Operators.RmsNorm(x, gain, 1e-6), Layers.AddNorm(y, null, g, ScalarType.Float64).Normed);
        var weights = randn([6, 10], float64, generator: random);
        (one * weights).sum().backward();
        (formula * weights).sum().backward();
        AssertClose(formula, one);
        AssertClose(y.grad!, x.grad!);
        AssertClose(g.grad!, gain.grad!);
    }

    [Fact]
    public void Rows_of_a_table_are_those_of_index_select()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var (a, ids) = (randn([5, 3], float64, generator: random).requires_grad_(), tensor(new long[] { 4, 0, 4, 2 }));
        var b = a.detach().clone().requires_grad_();
        var weights = randn([4, 3], float64, generator: random);
        (Operators.Embedding(a, ids) * weights).sum().backward();
        (Layers.Embedding(b, ids) * weights).sum().backward();
        AssertClose(b.grad!, a.grad!);
    }

    [Theory]
    [InlineData(ScalarType.Float64, Precision.Fp32, 1e-12)]
    [InlineData(ScalarType.Float32, Precision.Bf16, 2e-2)]
    internal void Attention_of_one_kernel_is_that_of_products_and_softmax(ScalarType type, Precision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        var shape = SmallModel.Shape(width: 32, heads: 2);
        var (tokens, targets) = (SmallModel.Tokens(shape, 3, seed: 1), SmallModel.Tokens(shape, 3, seed: 2));
        var (loss, gradients) = Of(fused: true);
        var (exact, expected) = Of(fused: false);
        Assert.InRange(Math.Abs(loss - exact) / exact, 0, tolerance);
        foreach (var (a, b) in gradients.Zip(expected))
        {
            Assert.InRange((a - b).norm().item<double>() / b.norm().item<double>(), 0, 4 * tolerance);
        }

        (double Loss, Tensor[] Gradients) Of(bool fused)
        {
            using var model = SmallModel.Shaken(shape, type, precision, fused);
            var sum = model.LossSum(tokens, targets);
            sum.backward();
            return (sum.to(float64).item<double>(), [.. model.Parameters.All.Select(p => p.Value.grad!.to(float64))]);
        }
    }

    [Fact]
    public void Full_attention_of_one_kernel_is_that_of_products_and_softmax()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        Tensor Draw() => randn([6, 5, 4], float64, generator: random);
        var (q, k, v) = (Draw(), Draw(), Draw());
        var expected = bmm(nn.functional.softmax(bmm(q, k.transpose(1, 2)) / 2, -1), v).view(2, 3, 5, 4).transpose(1, 2).reshape(2, 5, 12);
        AssertClose(expected, Layers.FusedAttention(q, k, v, heads: 3, causal: false));
    }

    private static void AssertClose(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
}
