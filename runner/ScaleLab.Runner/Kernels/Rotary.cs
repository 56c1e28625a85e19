using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

/// <summary>
/// Queries, keys and values (B·T, 3·H·hd) → three of (B·H, T, hd), the first two turned by their positions (Su et al. 2021; halves convention of
/// Llama: (a, b) → (a cos − b sin, b cos + a sin)).
/// </summary>
internal sealed unsafe class Rotary : autograd.MultiTensorFunction<Rotary>
{
    public override string Name => "rotary";

    /// <param name="ctx">Of autograd.</param>
    /// <param name="vars">The projections; cos and sin, float32 (T, hd/2); heads.</param>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, cos, sin, heads) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (int)vars[3]);
        var (length, width) = (cos.shape[0], 2 * cos.shape[1]);
        ctx.save_for_backward([cos, sin]);
        ctx.save_data("heads", heads);
        var batch = x.shape[0] / length;
        long[] size = [batch * heads, length, width];
        List<Tensor> parts = [empty(size, x.dtype), empty(size, x.dtype), empty(size, x.dtype)];
        if (x.dtype == ScalarType.BFloat16)
        {
            Move<ushort, BFloat16>(x, parts, cos, sin, heads, forth: true);
        }
        else
        {
            Move<float, Float32>(x, parts, cos, sin, heads, forth: true);
        }

        return parts;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        var saved = ctx.get_saved_variables();
        var heads = (int)ctx.get_data("heads");
        List<Tensor> parts = [.. grad_outputs.Select(g => g.contiguous())];
        var size = parts[0].shape; // (BH, T, hd)
        var dx = empty([size[0] / heads * size[1], 3 * heads * size[2]], parts[0].dtype);
        if (dx.dtype == ScalarType.BFloat16)
        {
            Move<ushort, BFloat16>(dx, parts, saved[0], saved[1], heads, forth: false);
        }
        else
        {
            Move<float, Float32>(dx, parts, saved[0], saved[1], heads, forth: false);
        }

        return [dx, null!, null!, null!];
    }

    // Back is forth with the angle's sign turned: the transpose of a rotation.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move<T, TLanes>(Tensor whole, List<Tensor> parts, Tensor cos, Tensor sin, int heads, bool forth)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        var (length, half) = ((int)cos.shape[0], (int)cos.shape[1]);
        var width = 2 * half;
        var batch = whole.shape[0] / length;
        var row = Memory.Of<T>(whole);
        var c = Memory.Of<float>(cos);
        var s = Memory.Of<float>(sin);
        for (var part = 0; part < 3; part++)
        {
            var split = Memory.Of<T>(parts[part]);
            for (var b = 0L; b < batch; b++)
            {
                for (var t = 0; t < length; t++)
                {
                    for (var h = 0; h < heads; h++)
                    {
                        var joint = row + ((((((b * length) + t) * 3) + part) * heads + h) * width);
                        var apart = split + (((((b * heads) + h) * length) + t) * width);
                        var from = forth ? joint : apart;
                        var to = forth ? apart : joint;
                        if (part == 2)
                        {
                            new ReadOnlySpan<T>(from, width).CopyTo(new Span<T>(to, width));
                        }
                        else
                        {
                            Turn<T, TLanes>(from, to, c + (t * half), s + (t * half), half, forth);
                        }
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<T, TLanes>(T* from, T* to, float* cos, float* sin, int half, bool forth)
        where T : unmanaged
        where TLanes : ILanes<T>
    {
        for (var i = 0; i < half; i += Lanes.Count)
        {
            var (a, b) = (TLanes.Load(from + i, half - i), TLanes.Load(from + half + i, half - i));
            var (c, s) = (Float32.Load(cos + i, half - i), Float32.Load(sin + i, half - i));
            s = forth ? s : -s;
            TLanes.Store((a * c) - (b * s), to + i, half - i);
            TLanes.Store((b * c) + (a * s), to + half + i, half - i);
        }
    }
}
