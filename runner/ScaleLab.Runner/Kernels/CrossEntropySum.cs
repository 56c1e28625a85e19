using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

/// <summary>Logits (R, V) and targets (R) → sum of the cross entropies in nats, float32; a target below zero is not counted.</summary>
internal sealed unsafe class CrossEntropySum : autograd.SingleTensorFunction<CrossEntropySum>
{
    public override string Name => "cross_entropy_sum";

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (logits, targets) = ((Tensor)vars[0], ((Tensor)vars[1]).contiguous());
        // softmax − one-hot, the gradient, falls out of the loss: the logits are read once.
        var gradient = empty_like(logits);
        ctx.save_for_backward([gradient]);
        return tensor((float)(logits.dtype == ScalarType.BFloat16
            ? Forward<ushort, BFloat16>(logits, targets, gradient)
            : Forward<float, Float32>(logits, targets, gradient)));
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [ctx.get_saved_variables()[0] * grad_output, null!];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Forward<T, TLanes>(Tensor logits, Tensor targets, Tensor gradient)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (rows, width) = (logits.shape[0], (int)logits.shape[1]);
        var from = Memory.Of<T>(logits);
        var to = Memory.Of<T>(gradient);
        var wanted = Memory.Of<long>(targets);
        var exponentials = new float[width + Lanes.Count];
        var nats = 0.0;
        fixed (float* e = exponentials)
        {
            for (var row = 0L; row < rows; row++, from += width, to += width)
            {
                var target = (int)wanted[row];
                if (target < 0)
                {
                    new Span<T>(to, width).Clear();
                    continue;
                }

                // Past the row lies memory of others, which torch would have refused to read.
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(target, width);
                var top = Vector512.Create(float.NegativeInfinity);
                for (var i = 0; i < width; i += Lanes.Count)
                {
                    top = Vector512.Max(top, Lanes.Keep(TLanes.Load(from + i, width - i), width - i, float.NegativeInfinity));
                }

                var largest = Lanes.Largest(top);
                var shift = Vector512.Create(largest);
                var sum = Vector512<float>.Zero;
                for (var i = 0; i < width; i += Lanes.Count)
                {
                    var v = Lanes.Keep(Lanes.Exp(TLanes.Load(from + i, width - i) - shift), width - i, 0);
                    v.Store(e + i);
                    sum += v;
                }

                var total = Vector512.Sum(sum);
                nats += Math.Log(total) + largest - TLanes.Load(from + target, 1)[0];
                e[target] -= total;
                var scale = Vector512.Create(1 / total);
                for (var i = 0; i < width; i += Lanes.Count)
                {
                    TLanes.Store(Vector512.Load(e + i) * scale, to + i, width - i);
                }
            }
        }

        return nats;
    }
}
