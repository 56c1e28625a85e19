using System.Runtime.Intrinsics;
using ScaleLab.Runner.Kernels;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>The CPU's own kernels against the same layers in torch, float64: values and gradients, at widths that fill vectors and that do not.</summary>
public sealed class KernelTests : TorchTests
{
    private static readonly ScalarType[] Types = [ScalarType.Float32, ScalarType.BFloat16];
    private static readonly int[] Lengths = [6, 16, 20, 40, 96];

    public static TheoryData<int, ScalarType> Widths => new(from width in Lengths from type in Types select (width, type));

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_norm_and_its_residual_equal_torch(int width, ScalarType type) => Compare(
        type,
        [Normal(10, width, ScalarType.Float32), Normal(10, width, type), Normal(1, width, ScalarType.Float32).view(width)],
        x =>
        {
            var (stream, normed) = Layers.AddNorm(x[0], x[1], x[2], x[1].dtype);
            return [stream, normed];
        });

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_norm_without_a_residual_equals_torch(int width, ScalarType type) => Compare(
        type,
        [Normal(10, width, ScalarType.Float32), Normal(1, width, ScalarType.Float32).view(width)],
        x => [Layers.AddNorm(x[0], null, x[1], x[0].dtype == ScalarType.Float64 ? ScalarType.Float64 : type).Normed]);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Turned_queries_and_keys_equal_torch(int width, ScalarType type)
    {
        const int length = 5;
        const int heads = 2;
        var angle = outer(arange(length, ScalarType.Float32), arange(1, (width / 2) + 1, ScalarType.Float32));
        Compare(type, [Normal(2 * length, 3 * heads * width, type)], x =>
        {
            var (q, k, v) = Layers.Rotary(x[0], angle.cos().to(Wide(x[0])), angle.sin().to(Wide(x[0])), heads);
            return [q, k, v];
        });
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Causal_weights_equal_torch(int length, ScalarType type) =>
        Compare(type, [Normal(3 * length, length, type).view(3, length, length) * 4], x => [Layers.CausalSoftmax(x[0])]);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Gated_units_equal_torch(int width, ScalarType type) => Compare(type, [Normal(7, 2 * width, type) * 3], x => [Layers.SwiGlu(x[0])]);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Cross_entropy_equals_torch_and_skips_what_is_not_counted(int vocabulary, ScalarType type)
    {
        var targets = tensor(new long[] { 0, -100, vocabulary - 1, 3 });
        Compare(type, [Normal(4, vocabulary, type) * 5], x => [Layers.CrossEntropySum(x[0], targets)]);
    }

    [Fact]
    public void Exponentials_are_within_two_units_of_the_last_place()
    {
        for (var x = -87f; x < 88; x += 0.0103f)
        {
            var exact = Math.Exp(x);
            Assert.InRange(Math.Abs(Lanes.Exp(Vector512.Create(x))[5] - exact) / exact, 0, 2 * 1.2e-7);
        }
    }

    [Fact]
    public void A_target_beyond_the_vocabulary_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Layers.CrossEntropySum(zeros([1, 4]), tensor(new long[] { 4 })));

    [Fact]
    public void A_loss_that_is_no_number_stays_none()
    {
        var logits = full([2, 40], float.NaN);
        Assert.True(float.IsNaN(Layers.CrossEntropySum(logits, zeros([2], ScalarType.Int64)).item<float>()));
        Assert.True(Layers.SwiGlu(logits).isnan().all().item<bool>());
        Assert.True(Layers.CausalSoftmax(full([1, 20, 20], float.NaN)).tril().isnan().any().item<bool>());
    }

    [Fact]
    public void Logits_far_apart_neither_overflow_nor_vanish()
    {
        using var logits = tensor(new float[] { 300, -300, 0, 1 }, [1, 4]);
        Assert.Equal(600, Layers.CrossEntropySum(logits, tensor(new long[] { 1 })).item<float>(), 1e-3f);
        Assert.Equal(0, Layers.CrossEntropySum(logits, tensor(new long[] { 0 })).item<float>(), 1e-3f);
    }

    // The same numbers through both paths; the weights of the sum that is differentiated make every output count differently.
    private static void Compare(ScalarType type, Tensor[] inputs, Func<Tensor[], Tensor[]> layer)
    {
        using var scope = NewDisposeScope();
        var tolerance = type == ScalarType.Float32 ? 2e-6 : 2e-2;
        var (own, exact) = (Run(inputs, keep: true), Run(inputs, keep: false));
        foreach (var (a, b) in own.Zip(exact))
        {
            Assert.Equal(b.shape, a.shape);
            var error = (a.to(float64) - b).abs().max().item<double>();
            Assert.InRange(error, 0, tolerance * Math.Max(1, b.abs().max().item<double>()));
        }

        Tensor[] Run(Tensor[] values, bool keep)
        {
            var leaves = values.Select(v => (keep ? v.detach().clone() : v.to(float64)).requires_grad_(true)).ToArray();
            var outputs = layer(leaves);
            var sum = outputs.Select((y, i) => (y.to(float64) * Weights(y.shape, i)).sum()).Aggregate((a, b) => a + b);
            sum.backward();
            return [.. outputs.Select(y => y.detach()), .. leaves.Select(l => l.grad!)];
        }
    }

    private static Tensor Weights(long[] shape, int seed)
    {
        using var random = new Generator((ulong)seed + 7, CPU);
        return randn(shape, ScalarType.Float64, generator: random);
    }

    private static Tensor Normal(long rows, long columns, ScalarType type)
    {
        using var random = new Generator((ulong)(rows + columns), CPU);
        return randn([rows, columns], generator: random).to(type);
    }

    private static ScalarType Wide(Tensor x) => x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
}
