using System.Diagnostics;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Workers;

public sealed class WorkerEnvironmentTests
{
    [Theory]
    [InlineData(null, "cuda:0", "0")]
    [InlineData(null, "cuda:12", "12")]
    [InlineData("4,6", "cuda:1", "6")]
    [InlineData("GPU-8932f937,GPU-5f2a", "cuda:0", "GPU-8932f937")]
    [InlineData("4,6", "cuda:2", "")]
    [InlineData("", "cuda:0", "")]
    [InlineData(null, "cpu", "")]
    [InlineData("4,6", "cpu", "")]
    public void A_worker_sees_its_own_device_and_no_other_gpu(string? visible, string device, string shown)
    {
        var start = new ProcessStartInfo();
        start.Environment["CUDA_VISIBLE_DEVICES"] = visible;
        WorkerEnvironment.Show(start, new DeviceInfo { Device = device });
        Assert.Equal(shown, start.Environment["CUDA_VISIBLE_DEVICES"]);
    }
}
