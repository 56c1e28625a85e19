using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class CpuMathTests
{
    [Theory]
    [InlineData(true, 0, MathPath.Fast)]
    [InlineData(true, 1 << 23, MathPath.Fast)] // AVX512-FP16 is not AMX
    [InlineData(true, 1 << 22, MathPath.Exact)]
    [InlineData(true, 1 << 24, MathPath.Exact)]
    [InlineData(true, 1 << 25, MathPath.Exact)]
    [InlineData(false, 0, MathPath.Exact)]
    public void Fast_kernels_are_for_avx512_without_amx(bool avx512, int leaf7, MathPath path) => Assert.Equal(path, CpuMath.Choose(avx512, leaf7));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1 << 22, 0, true)]
    [InlineData(0, 1 << 5, true)]
    [InlineData(1 << 24, 1 << 4, false)] // AMX tiles alone, AVX-VNNI
    public void Bf16_takes_an_instruction_of_avx512_or_amx(int leaf7, int leaf71, bool has) => Assert.Equal(has, CpuMath.MultipliesBf16(leaf7, leaf71));

    [Fact]
    public void This_machine_always_plans_the_same() => Assert.Equal(CpuMath.Best(), CpuMath.Best());
}
