using System.Runtime.Intrinsics.X86;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Native;

public sealed class MatmulPrecisionTests : TorchTests
{
    [Fact]
    public void The_exact_path_computes_in_full_float32() => Assert.InRange(Error(MathPath.Exact), 1e-9, 1e-5);

    [Fact]
    public void The_fast_path_computes_in_full_float32()
    {
        // Bits 22, 24 and 25 are AMX: with it the path may compute in bfloat16, and no plan chooses it.
        const int amx = (1 << 22) | (1 << 24) | (1 << 25);
        Assert.SkipUnless(Avx512F.IsSupported && (X86Base.CpuId(7, 0).Edx & amx) == 0, "No plan chooses the fast path on this CPU.");
        Assert.InRange(Error(MathPath.Fast), 1e-9, 1e-5);
    }

    [Fact]
    public void The_loaded_libtorch_says_its_version() => Assert.Matches(@"^2\.\d+\.\d+$", LibTorch.Version);

    private static double Error(MathPath path)
    {
        Assert.True(MatmulPrecision.TrySet(path));
        var error = MatmulPrecision.MeasureError(CPU);
        MatmulPrecision.TrySet(MathPath.Exact);
        return error;
    }
}
