using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ScaleLab.Runner.Kernels;

/// <summary>Sixteen numbers of a row, computed in float32 whatever the row is stored as.</summary>
/// <typeparam name="T">What the row is stored as.</typeparam>
internal unsafe interface ILanes<T>
    where T : unmanaged
{
    /// <summary>The first <paramref name="count"/> of them, zeros behind.</summary>
    static abstract Vector512<float> Load(T* from, int count);

    static abstract void Store(Vector512<float> value, T* to, int count);
}

internal readonly unsafe struct Float32 : ILanes<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from, int count)
    {
        if (count >= Lanes.Count)
        {
            return Vector512.Load(from);
        }

        if (Avx512F.IsSupported)
        {
            return Avx512F.MaskLoad(from, Lanes.First(count).AsSingle(), Vector512<float>.Zero);
        }

        var value = Vector512<float>.Zero;
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(&value, count));
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* to, int count)
    {
        if (count >= Lanes.Count)
        {
            value.Store(to);
        }
        else if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(to, Lanes.First(count).AsSingle(), value);
        }
        else
        {
            new ReadOnlySpan<float>(&value, count).CopyTo(new Span<float>(to, count));
        }
    }
}

internal readonly unsafe struct BFloat16 : ILanes<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(ushort* from, int count)
    {
        Vector256<ushort> half = default;
        if (count >= Lanes.Count)
        {
            half = Vector256.Load(from);
        }
        else if (Avx512BW.VL.IsSupported)
        {
            half = Avx512BW.VL.MaskLoad(from, First(count), half);
        }
        else
        {
            new ReadOnlySpan<ushort>(from, count).CopyTo(new Span<ushort>(&half, count));
        }

        var (lower, upper) = Vector256.Widen(half);
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
    }

    /// <summary>Rounds to the nearest, ties to even, as torch does; infinities and the default NaN stay what they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, ushort* to, int count)
    {
        var bits = value.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        var rounded = Vector512.ShiftRightLogical(bits + odd + Vector512.Create(0x7FFFu), 16);
        var half = Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        if (count >= Lanes.Count)
        {
            half.Store(to);
        }
        else if (Avx512BW.VL.IsSupported)
        {
            Avx512BW.VL.MaskStore(to, First(count), half);
        }
        else
        {
            new ReadOnlySpan<ushort>(&half, count).CopyTo(new Span<ushort>(to, count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> First(int count) => Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)count));
}

internal static class Lanes
{
    public const int Count = 16;

    /// <summary>All bits set in the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> First(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count));

    /// <summary>The first <paramref name="count"/> of <paramref name="value"/>, and <paramref name="others"/> behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Keep(Vector512<float> value, int count, float others) =>
        count >= Count ? value : Vector512.ConditionalSelect(First(count).AsSingle(), value, Vector512.Create(others));

    public static float Largest(Vector512<float> v)
    {
        var half = Vector256.Max(v.GetLower(), v.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }

    /// <summary>eˣ within 2 ulp for x ≤ 88; smaller than e⁻⁸⁷ becomes about 1e-38.</summary>
    // x = n ln 2 + r with |r| ≤ ln 2 / 2, then a polynomial in r and n into the exponent (Cephes, expf).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // The native pair keeps a NaN that is its second operand.
        x = Vector512.MinNative(Vector512.Create(88f), Vector512.MaxNative(Vector512.Create(-87f), x));
        var n = Vector512.Round(x * Vector512.Create(1.44269504f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        return p * Vector512.ShiftLeft(Vector512.ConvertToInt32Native(n) + Vector512.Create(127), 23).AsSingle();
    }
}
