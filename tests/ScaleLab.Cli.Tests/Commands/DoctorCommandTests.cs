using System.Text.Json;

namespace ScaleLab.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task A_machine_that_runs_these_tests_is_well()
    {
        var result = await Scalelab.Run("doctor", "--json");
        using var report = JsonDocument.Parse(result.Output);
        Assert.Equal((0, true, 1), (result.ExitCode, report.RootElement.GetProperty("ok").GetBoolean(), report.RootElement.GetProperty("format").GetInt32()));
        foreach (var product in report.RootElement.GetProperty("runner").GetProperty("products").EnumerateArray())
        {
            // 512 products of numbers of order one: float32 rounds to 6e-8, bfloat16 to 4e-3.
            Assert.InRange(product.GetProperty("error").GetDouble(), 0, product.GetProperty("precision").GetString() == "fp32" ? 1e-5 : 1e-2);
            Assert.InRange(product.GetProperty("gflops").GetDouble(), 0.01, 1e6);
        }

        Assert.Empty(report.RootElement.GetProperty("runner").GetProperty("missing_symbols").EnumerateArray());
        Assert.InRange(report.RootElement.GetProperty("runner").GetProperty("copy_rate").GetDouble(), 1e8, 1e13);
        foreach (var parity in report.RootElement.GetProperty("runner").GetProperty("parity").EnumerateArray())
        {
            // Ten steps: not nothing, which would mean that one computation was compared with itself.
            Assert.InRange(parity.GetProperty("difference").GetDouble(), 1e-9, parity.GetProperty("precision").GetString() == "fp32" ? 1e-4 : 2e-2);
        }
    }

    [Fact]
    public async Task Asking_for_cuda_where_there_is_none_fails_with_a_remedy()
    {
        Assert.SkipWhen(File.Exists("/proc/driver/nvidia/version"), "There is an NVIDIA driver here.");
        var result = await Scalelab.Run("doctor", "--device", "cuda");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("FAIL  device", result.Output, StringComparison.Ordinal);
        Assert.Contains("-> there is no NVIDIA driver here", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    public async Task An_unknown_device_is_a_line(string device)
    {
        var result = await Scalelab.Run("doctor", "--device", device);
        Assert.Equal((2, "", $"error: --device {device}: expected cpu, cuda or cuda:NUMBER{Environment.NewLine}"), (result.ExitCode, result.Output, result.Error));
    }
}
