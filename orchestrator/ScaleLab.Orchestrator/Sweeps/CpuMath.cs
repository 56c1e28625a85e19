using System.Runtime.Intrinsics.X86;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Chooses the kernels of float32 matrix products from what the CPU is, so that the same machine always plans the same.</summary>
internal static class CpuMath
{
    private const int Avx512Bf16 = 1 << 5;
    private const int AmxBf16 = 1 << 22;
    private const int AmxTile = 1 << 24;
    private const int AmxInt8 = 1 << 25;

    // oneDNN's float32 kernels keep full precision on AVX-512; with AMX "medium" may mean bfloat16, which is another experiment.
    public static MathPath Best() => Choose(Avx512F.IsSupported, X86Base.IsSupported ? X86Base.CpuId(7, 0).Edx : 0);

    /// <summary>Whether the CPU multiplies bfloat16 itself.</summary>
    public static bool HasBf16()
    {
        // Leaf 7 says in EAX how many subleaves it has.
        var leaf7 = X86Base.IsSupported ? X86Base.CpuId(7, 0) : default;
        return MultipliesBf16(leaf7.Edx, leaf7.Eax >= 1 ? X86Base.CpuId(7, 1).Eax : 0);
    }

    /// <param name="avx512">AVX-512 Foundation, usable.</param>
    /// <param name="leaf7">EDX of CPUID leaf 7, subleaf 0.</param>
    internal static MathPath Choose(bool avx512, int leaf7) =>
        avx512 && (leaf7 & (AmxBf16 | AmxTile | AmxInt8)) == 0 ? MathPath.Fast : MathPath.Exact;

    /// <param name="leaf7">EDX of CPUID leaf 7, subleaf 0.</param>
    /// <param name="leaf71">EAX of CPUID leaf 7, subleaf 1.</param>
    internal static bool MultipliesBf16(int leaf7, int leaf71) => (leaf7 & AmxBf16) != 0 || (leaf71 & Avx512Bf16) != 0;
}
