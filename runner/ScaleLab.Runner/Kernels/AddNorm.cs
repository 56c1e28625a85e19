using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

/// <summary>The residual stream after a block's answer and its RMSNorm (Zhang and Sennrich 2019), as one pass each way.</summary>
internal sealed unsafe class AddNorm : autograd.MultiTensorFunction<AddNorm>
{
    public override string Name => "add_norm";

    /// <param name="ctx">Of autograd.</param>
    /// <param name="vars">The stream, float32 (R, C); what is added to it (R, C), of the type of the products, or null; the gain, float32 (C); epsilon; the type of the products.</param>
    /// <returns>The new stream, float32, and its norm in the type of what was added.</returns>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, delta, gain, epsilon) = ((Tensor)vars[0], (Tensor?)vars[1], (Tensor)vars[2], (float)vars[3]);
        ctx.save_data("epsilon", epsilon);
        ctx.save_data("adds", delta is not null);
        var (sum, norm) = (empty_like(x), empty(x.shape, (ScalarType)vars[4]));
        ctx.save_for_backward([sum, gain]);
        if (norm.dtype == ScalarType.BFloat16)
        {
            Forward<ushort, BFloat16>(x, delta, gain, epsilon, sum, norm);
        }
        else
        {
            Forward<float, Float32>(x, delta, gain, epsilon, sum, norm);
        }

        return [sum, norm];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var saved = ctx.get_saved_variables();
        var epsilon = (float)ctx.get_data("epsilon");
        var adds = (bool)ctx.get_data("adds");
        var (x, gain) = (saved[0], saved[1]);
        var stream = grad_outputs[0].contiguous();
        var normed = grad_outputs[1].contiguous();
        var (dx, dGain) = (empty_like(x), zeros_like(gain));
        if (normed.dtype == ScalarType.BFloat16)
        {
            var dDelta = adds ? empty_like(normed) : null;
            Backward<ushort, BFloat16>(x, gain, epsilon, stream, normed, dx, dGain, dDelta);
            return [dx, dDelta!, dGain, null!, null!];
        }

        Backward<float, Float32>(x, gain, epsilon, stream, normed, dx, dGain, null);
        return [dx, adds ? dx.alias() : null!, dGain, null!, null!];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Forward<T, TLanes>(Tensor x, Tensor? delta, Tensor gain, float epsilon, Tensor sum, Tensor norm)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (rows, width) = (x.shape[0], (int)x.shape[1]);
        var a = Memory.Of<float>(x);
        var g = Memory.Of<float>(gain);
        var s = Memory.Of<float>(sum);
        var to = Memory.Of<T>(norm);
        var b = delta is null ? null : Memory.Of<T>(delta);
        for (var row = 0L; row < rows; row++, a += width, s += width, to += width)
        {
            var squares = Vector512<float>.Zero;
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var v = Float32.Load(a + i, width - i);
                v = b is null ? v : v + TLanes.Load(b + (row * width) + i, width - i);
                Float32.Store(v, s + i, width - i);
                squares += v * v;
            }

            var scale = Vector512.Create(1 / MathF.Sqrt((Vector512.Sum(squares) / width) + epsilon));
            for (var i = 0; i < width; i += Lanes.Count)
            {
                TLanes.Store(Float32.Load(s + i, width - i) * scale * Float32.Load(g + i, width - i), to + i, width - i);
            }
        }
    }

    // y = x̂ g with x̂ = x r: dx = r (d − x̂ mean(d x̂)) for d = dy g.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T, TLanes>(Tensor x, Tensor gain, float epsilon, Tensor stream, Tensor normed, Tensor dx, Tensor dGain, Tensor? dDelta)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (rows, width) = (x.shape[0], (int)x.shape[1]);
        var a = Memory.Of<float>(x);
        var g = Memory.Of<float>(gain);
        var dy = Memory.Of<T>(normed);
        var to = Memory.Of<float>(dx);
        var dg = Memory.Of<float>(dGain);
        var through = Memory.Of<float>(stream);
        var also = dDelta is null ? null : Memory.Of<T>(dDelta);
        for (var row = 0L; row < rows; row++, a += width, dy += width, through += width, to += width)
        {
            var (squares, dot) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var v = Float32.Load(a + i, width - i);
                squares += v * v;
                dot += v * TLanes.Load(dy + i, width - i) * Float32.Load(g + i, width - i);
            }

            var r = 1 / MathF.Sqrt((Vector512.Sum(squares) / width) + epsilon);
            var scale = Vector512.Create(r);
            var pull = Vector512.Create(r * r * r * Vector512.Sum(dot) / width);
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var v = Float32.Load(a + i, width - i);
                var d = TLanes.Load(dy + i, width - i);
                Float32.Store(Float32.Load(dg + i, width - i) + (d * v * scale), dg + i, width - i);
                var answer = Float32.Load(through + i, width - i) + (d * Float32.Load(g + i, width - i) * scale) - (v * pull);
                Float32.Store(answer, to + i, width - i);
                if (also is not null)
                {
                    TLanes.Store(answer, also + (row * width) + i, width - i);
                }
            }
        }
    }
}
