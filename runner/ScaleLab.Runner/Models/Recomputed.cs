using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace ScaleLab.Runner.Models;

/// <summary>
/// A stretch of a model that keeps its inputs alone: the backward pass computes the rest again (Chen et al. 2016, "Training deep nets with
/// sublinear memory cost"). The same kernels see the same numbers in the same order, so not one bit of a gradient changes.
/// </summary>
internal sealed class Recomputed : MultiTensorFunction<Recomputed>
{
    private const string Stretch = "stretch";

    public override string Name => nameof(Recomputed);

    /// <param name="stretch">From its input to its output; trained tensors that it uses are its own business.</param>
    /// <param name="x">Needs a gradient.</param>
    public static Tensor Run(Func<Tensor, Tensor> stretch, Tensor x) => Apply(inputs => [stretch(inputs[0])], x)[0];

    /// <param name="stretch">From its inputs to its outputs; trained tensors that it uses are its own business.</param>
    /// <param name="x">Needs a gradient.</param>
    /// <param name="y">Needs a gradient.</param>
    public static (Tensor X, Tensor Y) Run(Func<Tensor, Tensor, (Tensor X, Tensor Y)> stretch, Tensor x, Tensor y)
    {
        var outputs = Apply(
            inputs =>
            {
                var (a, b) = stretch(inputs[0], inputs[1]);
                return [a, b];
            },
            x,
            y);
        return (outputs[0], outputs[1]);
    }

    public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        var stretch = (Func<IReadOnlyList<Tensor>, List<Tensor>>)vars[0];
        List<Tensor> inputs = [.. vars.Skip(1).Cast<Tensor>()];
        ctx.save_data(Stretch, stretch);
        ctx.save_for_backward(inputs);
        using var scope = NewDisposeScope();
        return [.. stretch(inputs).Select(t => t.MoveToOuterDisposeScope())];
    }

    public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var inputs = ctx.get_saved_variables().Select(v => v.detach().requires_grad_(true)).ToList();
        var outputs = ((Func<IReadOnlyList<Tensor>, List<Tensor>>)ctx.get_data(Stretch))(inputs);
        autograd.backward(outputs, grad_outputs);
        return [null!, .. inputs.Select(i => i.grad!.MoveToOuterDisposeScope())];
    }

    private static List<Tensor> Apply(Func<IReadOnlyList<Tensor>, List<Tensor>> stretch, params object[] inputs) => apply([stretch, .. inputs]);
}
