using System.Runtime.InteropServices;
using System.Text;
using ScaleLab.Contracts.Runs;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Native;

/// <summary>Chooses the kernels behind float32 matrix products: <c>at::Context::setFloat32MatmulPrecision</c>, which TorchSharp does not wrap.</summary>
/// <remarks>
/// MKL falls back to AVX2 on CPUs not made by Intel; "medium" routes to oneDNN, which uses AVX-512 and, without AMX, still computes in
/// full float32. <see cref="MeasureError"/> tells what was really computed; it stands in every result.
/// </remarks>
internal static unsafe class MatmulPrecision
{
    private const string GlobalContext = "_ZN2at13globalContextEv";
    private const string Setter = "_ZN2at7Context25setFloat32MatmulPrecisionERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

    /// <returns>False where this libtorch does not export the setter: its default then stays, which is exact.</returns>
    public static bool TrySet(MathPath path)
    {
        if (!NativeLibrary.TryLoad("libtorch_cpu.so", out var library)
            || !NativeLibrary.TryGetExport(library, GlobalContext, out var context)
            || !NativeLibrary.TryGetExport(library, Setter, out var setter))
        {
            return false;
        }

        // A std::string of the cxx11 ABI: pointer, size, and 16 bytes that hold a short text.
        var text = Encoding.ASCII.GetBytes(path == MathPath.Fast ? "medium" : "highest");
        var s = stackalloc byte[32];
        new Span<byte>(s, 32).Clear();
        *(byte**)s = s + 16;
        *(ulong*)(s + 8) = (ulong)text.Length;
        text.CopyTo(new Span<byte>(s + 16, 16));
        ((delegate* unmanaged<nint, byte*, void>)setter)(((delegate* unmanaged<nint>)context)(), s);
        return true;
    }

    /// <summary>Largest error of a 256×256 float32 product against float64, relative to its largest entry. Float32 gives some 1e-7, bfloat16 some 1e-3.</summary>
    public static double MeasureError(Device device)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        var a = randn([256, 256], generator: random);
        var b = randn([256, 256], generator: random);
        var exact = mm(a.to(float64), b.to(float64));
        var computed = mm(a.to(device), b.to(device)).to(CPU).to(float64);
        return (computed - exact).abs().max().item<double>() / exact.abs().max().item<double>();
    }
}
