using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>How a model is built: draws initial weights, on the CPU whatever the device, in the order in which they are asked for.</summary>
/// <param name="seed">Decides every number.</param>
/// <param name="device">Where the tensors go.</param>
/// <param name="type">Of weights and activations: float32, or float64 for checking gradients.</param>
/// <param name="precision">Bf16 casts the operands of matrix products. Sums and norms stay in <paramref name="type"/>; the softmax of attention lies between two products, and reads and writes bfloat16, its own sums in float32.</param>
internal sealed class Initializer(int seed, Device device, ScalarType type = ScalarType.Float32, Precision precision = Precision.Fp32) : IDisposable
{
    private readonly Generator _random = new((ulong)seed, CPU);

    public Device Device => device;

    /// <summary>Keep the input of each block alone, and compute the block again in the backward pass: the same bits in less memory.</summary>
    public bool Recompute { get; init; }

    public ScalarType Type => type;

    /// <summary>Of the operands of matrix products.</summary>
    public ScalarType Products => precision == Precision.Bf16 ? ScalarType.BFloat16 : type;

    /// <summary>Uniform within ±√(6/(rows + columns)) (Glorot and Bengio 2010): what MAE's code gives every linear layer, the fused qkv among them.</summary>
    public Tensor Xavier(long rows, long columns) => ((rand([rows, columns], generator: _random) * 2) - 1).mul_(Math.Sqrt(6.0 / (rows + columns))).to(type, device);

    public Tensor Normal(double deviation, params long[] size) => (randn(size, generator: _random) * deviation).to(type, device);

    public Tensor Constant(double value, params long[] size) => full(size, value, type, device);

    /// <summary>A constant of the model, kept until it is disposed of.</summary>
    public Tensor Table(Tensor values) => values.to(type, device).DetachFromDisposeScope();

    public void Dispose() => _random.Dispose();
}
