using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>
/// The matrix products of vision models: all of them, those of a loss too, go through here, so that a test can hold the FLOPs of a plan
/// against those that were computed.
/// </summary>
internal static class Products
{
    /// <summary>Told of each product: its FLOPs, three times over where a gradient will come back through it. Null but in tests.</summary>
    [field: ThreadStatic]
    public static Action<double>? Observer { get; set; }

    /// <param name="x">(…, inputs).</param>
    /// <param name="weight">(outputs, inputs).</param>
    /// <param name="bias">(outputs), or null.</param>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        Observe(x.numel() * weight.shape[0], x, weight);
        return F.linear(x, weight, bias);
    }

    /// <param name="a">(B, n, k).</param>
    /// <param name="b">(B, k, m).</param>
    public static Tensor Batched(Tensor a, Tensor b)
    {
        Observe(a.numel() * b.shape[2], a, b);
        return bmm(a, b);
    }

    /// <param name="a">(n, k).</param>
    /// <param name="b">(k, m).</param>
    public static Tensor Plain(Tensor a, Tensor b)
    {
        Observe(a.numel() * b.shape[1], a, b);
        return mm(a, b);
    }

    private static void Observe(double multiplications, Tensor a, Tensor b) =>
        Observer?.Invoke(2 * multiplications * (is_grad_enabled() && (a.requires_grad || b.requires_grad) ? 3 : 1));
}
