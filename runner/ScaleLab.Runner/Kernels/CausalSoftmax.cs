using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

/// <summary>Scores (…, T, T) → weights of the same shape: query t sees keys 0 … t, the rest is zero and costs nothing.</summary>
internal sealed unsafe class CausalSoftmax : autograd.SingleTensorFunction<CausalSoftmax>
{
    public override string Name => "causal_softmax";

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var scores = (Tensor)vars[0];
        var weights = empty_like(scores);
        ctx.save_for_backward([weights]);
        if (scores.dtype == ScalarType.BFloat16)
        {
            Forward<ushort, BFloat16>(scores, weights);
        }
        else
        {
            Forward<float, Float32>(scores, weights);
        }

        return weights;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var weights = ctx.get_saved_variables()[0];
        var gradient = grad_output.contiguous();
        var dx = empty_like(weights);
        if (weights.dtype == ScalarType.BFloat16)
        {
            Backward<ushort, BFloat16>(weights, gradient, dx);
        }
        else
        {
            Backward<float, Float32>(weights, gradient, dx);
        }

        return [dx];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T, TLanes>(Tensor scores, Tensor weights)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var length = (int)scores.shape[^1];
        var rows = scores.NumberOfElements / length;
        var from = Memory.Of<T>(scores);
        var to = Memory.Of<T>(weights);
        var exponentials = stackalloc float[length + Lanes.Count];
        for (var row = 0L; row < rows; row++, from += length, to += length)
        {
            var seen = (int)(row % length) + 1;
            var largest = Vector512.Create(float.NegativeInfinity);
            for (var i = 0; i < seen; i += Lanes.Count)
            {
                largest = Vector512.Max(largest, Lanes.Keep(TLanes.Load(from + i, length - i), seen - i, float.NegativeInfinity));
            }

            var shift = Vector512.Create(Lanes.Largest(largest));
            var sum = Vector512<float>.Zero;
            for (var i = 0; i < seen; i += Lanes.Count)
            {
                var e = Lanes.Keep(Lanes.Exp(TLanes.Load(from + i, length - i) - shift), seen - i, 0);
                e.Store(exponentials + i);
                sum += e;
            }

            var scale = Vector512.Create(1 / Vector512.Sum(sum));
            var end = 0;
            for (; end < seen; end += Lanes.Count)
            {
                TLanes.Store(Vector512.Load(exponentials + end) * scale, to + end, length - end);
            }

            new Span<T>(to + end, Math.Max(0, length - end)).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T, TLanes>(Tensor weights, Tensor gradient, Tensor dx)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var length = (int)weights.shape[^1];
        var rows = weights.NumberOfElements / length;
        var p = Memory.Of<T>(weights);
        var dy = Memory.Of<T>(gradient);
        var to = Memory.Of<T>(dx);
        for (var row = 0L; row < rows; row++, p += length, dy += length, to += length)
        {
            var seen = (int)(row % length) + 1;
            var dot = Vector512<float>.Zero;
            for (var i = 0; i < seen; i += Lanes.Count)
            {
                dot += TLanes.Load(p + i, length - i) * TLanes.Load(dy + i, length - i);
            }

            var mean = Vector512.Create(Vector512.Sum(dot));
            var end = 0;
            for (; end < seen; end += Lanes.Count)
            {
                TLanes.Store(TLanes.Load(p + end, length - end) * (TLanes.Load(dy + end, length - end) - mean), to + end, length - end);
            }

            new Span<T>(to + end, Math.Max(0, length - end)).Clear();
        }
    }
}
