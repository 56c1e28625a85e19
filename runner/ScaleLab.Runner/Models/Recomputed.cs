using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace ScaleLab.Runner.Models;

/// <summary>
/// A stretch of a model that keeps its two inputs alone: the backward pass computes the rest again (Chen et al. 2016, "Training deep nets with
/// sublinear memory cost"). The same kernels see the same numbers in the same order, so not one bit of a gradient changes.
/// </summary>
internal sealed class Recomputed : MultiTensorFunction<Recomputed>
{
    private const string Stretch = "stretch";

    public override string Name => nameof(Recomputed);

    /// <param name="stretch">From its inputs to its outputs; trained tensors that it uses are its own business.</param>
    /// <param name="x">Needs a gradient.</param>
    /// <param name="y">Needs a gradient.</param>
    public static (Tensor X, Tensor Y) Run(Func<Tensor, Tensor, (Tensor X, Tensor Y)> stretch, Tensor x, Tensor y)
    {
        var outputs = apply(stretch, x, y);
        return (outputs[0], outputs[1]);
    }

    public override List<Tensor> forward(AutogradContext ctx, params object[] vars)
    {
        var (stretch, x, y) = ((Func<Tensor, Tensor, (Tensor X, Tensor Y)>)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.save_data(Stretch, stretch);
        ctx.save_for_backward([x, y]);
        using var scope = NewDisposeScope();
        var outputs = stretch(x, y);
        return [outputs.X.MoveToOuterDisposeScope(), outputs.Y.MoveToOuterDisposeScope()];
    }

    public override List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var inputs = ctx.get_saved_variables().Select(v => v.detach().requires_grad_(true)).ToList();
        var outputs = ((Func<Tensor, Tensor, (Tensor X, Tensor Y)>)ctx.get_data(Stretch))(inputs[0], inputs[1]);
        autograd.backward([outputs.X, outputs.Y], grad_outputs);
        return [null!, inputs[0].grad!.MoveToOuterDisposeScope(), inputs[1].grad!.MoveToOuterDisposeScope()];
    }
}
