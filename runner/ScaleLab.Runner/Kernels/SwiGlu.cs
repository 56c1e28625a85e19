using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

/// <summary>(R, 2F) → (R, F): silu(gate) · up (Shazeer 2020), gate and up side by side, as one pass each way.</summary>
internal sealed unsafe class SwiGlu : autograd.SingleTensorFunction<SwiGlu>
{
    public override string Name => "swiglu";

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_for_backward([x]);
        var y = empty([x.shape[0], x.shape[1] / 2], x.dtype);
        if (x.dtype == ScalarType.BFloat16)
        {
            Forward<ushort, BFloat16>(x, y);
        }
        else
        {
            Forward<float, Float32>(x, y);
        }

        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var x = ctx.get_saved_variables()[0];
        var gradient = grad_output.contiguous();
        var dx = empty_like(x);
        if (x.dtype == ScalarType.BFloat16)
        {
            Backward<ushort, BFloat16>(x, gradient, dx);
        }
        else
        {
            Backward<float, Float32>(x, gradient, dx);
        }

        return [dx];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T, TLanes>(Tensor x, Tensor y)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (rows, width) = (y.shape[0], (int)y.shape[1]);
        var from = Memory.Of<T>(x);
        var to = Memory.Of<T>(y);
        for (var row = 0L; row < rows; row++, from += 2 * width, to += width)
        {
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var gate = TLanes.Load(from + i, width - i);
                var up = TLanes.Load(from + width + i, width - i);
                TLanes.Store(gate * up / (Vector512<float>.One + Lanes.Exp(-gate)), to + i, width - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T, TLanes>(Tensor x, Tensor gradient, Tensor dx)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (rows, width) = (gradient.shape[0], (int)gradient.shape[1]);
        var from = Memory.Of<T>(x);
        var dy = Memory.Of<T>(gradient);
        var to = Memory.Of<T>(dx);
        for (var row = 0L; row < rows; row++, from += 2 * width, dy += width, to += 2 * width)
        {
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var gate = TLanes.Load(from + i, width - i);
                var up = TLanes.Load(from + width + i, width - i);
                var d = TLanes.Load(dy + i, width - i);
                var sigmoid = Vector512<float>.One / (Vector512<float>.One + Lanes.Exp(-gate));
                var silu = gate * sigmoid;
                TLanes.Store(d * up * (sigmoid + (silu * (Vector512<float>.One - sigmoid))), to + i, width - i);
                TLanes.Store(d * silu, to + width + i, width - i);
            }
        }
    }
}
