using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Accounting;

namespace ScaleLab.Orchestrator.Tests.Accounting;

public sealed class DevicePeakTests
{
    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", 989.4, 67)]
    [InlineData("NVIDIA H100 PCIe", 756, 51.2)]
    [InlineData("NVIDIA H100 NVL", 835.5, 60)]
    [InlineData("NVIDIA H200", 989.4, 67)]
    [InlineData("NVIDIA GH200 480GB", 989.4, 67)]
    [InlineData("NVIDIA B200", 2250, 75)]
    [InlineData("NVIDIA A100-SXM4-80GB", 312, 19.5)]
    [InlineData("NVIDIA A100 80GB PCIe", 312, 19.5)]
    [InlineData("NVIDIA L40S", 362, 91.6)]
    [InlineData("NVIDIA L4", 121, 30.3)]
    [InlineData("NVIDIA GeForce RTX 4090", 165.2, 82.6)]
    [InlineData("NVIDIA RTX A6000", 154.8, 38.7)]
    [InlineData("NVIDIA RTX 6000 Ada Generation", 364.2, 91.1)]
    public void A_gpu_has_the_peaks_of_its_data_sheet(string name, double bf16, double fp32)
    {
        var peak = DevicePeak.Of(name)!;
        Assert.Equal(bf16 * 1e12, peak.FlopsPerSecond(Precision.Bf16, MathPath.Exact)!.Value, 1.0);
        Assert.Equal(fp32 * 1e12, peak.FlopsPerSecond(Precision.Fp32, MathPath.Exact)!.Value, 1.0);
        Assert.InRange(peak.FlopsPerSecond(Precision.Fp32, MathPath.Fast)!.Value, fp32 * 1e12, bf16 * 1e12);
    }

    [Fact]
    public void A_gpu_without_bfloat16_has_no_peak_for_it() =>
        Assert.Null(DevicePeak.Of("Tesla V100-SXM2-16GB")!.FlopsPerSecond(Precision.Bf16, MathPath.Exact));

    [Theory]
    [InlineData("AMD EPYC 9B14")]
    [InlineData("NVIDIA Graphics Device")]
    [InlineData("")]
    public void What_is_not_in_the_table_has_no_peak(string name) => Assert.Null(DevicePeak.Of(name));
}
