using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>LayerNorm (Ba et al. 2016) over the last dimension, with gain and bias.</summary>
internal sealed class Norm(ParameterSet set, string name, long width, Initializer initializer)
{
    // As in the code of MAE, DINO and I-JEPA; torch's default is 1e-5.
    private const double Epsilon = 1e-6;

    private readonly Tensor _weight = set.Add($"{name}.weight", ParameterKind.Gain, initializer.Constant(1, width));
    private readonly Tensor _bias = set.Add($"{name}.bias", ParameterKind.Gain, initializer.Constant(0, width));

    /// <param name="x">(…, width), in the type of the weights.</param>
    public Tensor Apply(Tensor x) => F.layer_norm(x, [width], _weight, _bias, Epsilon);
}
