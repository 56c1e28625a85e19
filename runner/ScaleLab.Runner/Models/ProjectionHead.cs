using ScaleLab.Contracts.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>A <see cref="Perceptron"/>: the way from an encoder's code to the space of a loss, or from one view's point there to the other's.</summary>
internal sealed class ProjectionHead
{
    private readonly Perceptron _shape;
    private readonly Layer[] _layers;
    private readonly ScalarType _type;

    /// <param name="set">Takes the weights.</param>
    /// <param name="prefix">Before the names: <c>projector</c>.</param>
    /// <param name="shape">Widths and norms.</param>
    /// <param name="initializer">Draws the weights.</param>
    /// <param name="scales">The width of the input is the model's.</param>
    public ProjectionHead(ParameterSet set, string prefix, Perceptron shape, Initializer initializer, bool scales)
    {
        (_shape, _type) = (shape, initializer.Type);
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(l =>
        {
            var (last, width) = (l == shape.Layers - 1, shape.Widths[l + 1]);
            var dense = new Dense(set, $"{prefix}.{l}", shape.Widths[l], width, initializer, bias: last ? shape.OutputBias : !shape.Norms, scales: scales && l == 0);
            var (gain, bias) = last ? (shape.OutputNorm == OutputNorm.Gain, false) : (shape.Norms, shape.Norms);
            return new Layer(
                dense,
                gain ? set.Add($"{prefix}.{l}.norm.weight", ParameterKind.Gain, initializer.Constant(1, width)) : null,
                bias ? set.Add($"{prefix}.{l}.norm.bias", ParameterKind.Gain, initializer.Constant(0, width)) : null);
        })];
    }

    /// <param name="x">(N, inputs). With norms, N of one view or of several: their statistics are shared.</param>
    /// <returns>(N, outputs), in the type of the weights.</returns>
    public Tensor Apply(Tensor x)
    {
        foreach (var layer in _layers[..^1])
        {
            x = layer.Dense.Apply(x).to(_type);
            x = _shape.Norms ? F.relu(BatchNorm.Standardized(x, layer.Gain, layer.Bias)) : F.gelu(x);
        }

        x = _layers[^1].Dense.Apply(x).to(_type);
        return _shape.OutputNorm == OutputNorm.None ? x : BatchNorm.Standardized(x, _layers[^1].Gain);
    }

    private sealed record Layer(Dense Dense, Tensor? Gain, Tensor? Bias);
}
