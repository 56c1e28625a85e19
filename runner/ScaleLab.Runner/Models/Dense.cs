using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>A linear layer: y = x Wᵀ + b, product in the type of the products.</summary>
internal sealed class Dense
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly ScalarType _type;

    /// <param name="set">Takes <c>NAME.weight</c> (outputs, inputs), Xavier, and <c>NAME.bias</c>, zeros.</param>
    /// <param name="name">As timm names it.</param>
    /// <param name="inputs">Numbers in.</param>
    /// <param name="outputs">Numbers out.</param>
    /// <param name="initializer">Draws the weight.</param>
    /// <param name="bias">Whether there is one.</param>
    /// <param name="scales">The number of inputs grows with the model's width.</param>
    /// <param name="weight">Its initial value where that is not Xavier's.</param>
    public Dense(ParameterSet set, string name, long inputs, long outputs, Initializer initializer, bool bias = true, bool scales = true, Tensor? weight = null)
    {
        _weight = set.Add($"{name}.weight", ParameterKind.Matrix, weight ?? initializer.Xavier(outputs, inputs), scales);
        _bias = bias ? set.Add($"{name}.bias", ParameterKind.Gain, initializer.Constant(0, outputs)) : null;
        _type = initializer.Products;
    }

    /// <param name="x">(…, inputs).</param>
    /// <returns>(…, outputs).</returns>
    public Tensor Apply(Tensor x) => Products.Linear(x.to(_type), _weight.to(_type), _bias?.to(_type));
}
