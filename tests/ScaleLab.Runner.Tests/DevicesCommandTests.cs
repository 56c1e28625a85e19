using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Runner.Doctor;
using ScaleLab.Runner.Native;

namespace ScaleLab.Runner.Tests;

public sealed class DevicesCommandTests
{
    [Fact]
    public void The_cpu_comes_first_and_every_gpu_after_it_by_number()
    {
        LibTorch.Load();
        using var output = new MemoryStream();
        Assert.Equal(0, DevicesCommand.Run(output));
        var devices = JsonSerializer.Deserialize(output.ToArray(), ContractJson.Line.DeviceInfoArray)!;
        Assert.Equal(["cpu", .. Enumerable.Range(0, devices.Length - 1).Select(k => $"cuda:{k}")], devices.Select(d => d.Device));
        Assert.All(devices.Skip(1), d => Assert.True(d.MemoryBytes > 1e9));
    }
}
