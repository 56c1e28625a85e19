using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary><c>scalelab-runner devices</c>: the answer is one line of JSON, an array of <see cref="DeviceInfo"/>.</summary>
internal static class DevicesCommand
{
    public static int Run(Stream output)
    {
        output.Write([.. JsonSerializer.SerializeToUtf8Bytes([new DeviceInfo { Device = "cpu" }, .. Gpus()], ContractJson.Line.DeviceInfoArray), (byte)'\n']);
        return 0;
    }

    private static IEnumerable<DeviceInfo> Gpus()
    {
        // Asked only of a back end that has it: TorchSharp looks for native libraries of that name.
        var count = File.Exists(Path.Combine(LibTorch.Folder, "libtorch_cuda.so")) && cuda.is_available() ? cuda.device_count() : 0;
        return Enumerable.Range(0, count).Select(k => new DeviceInfo
        {
            Device = FormattableString.Invariant($"cuda:{k}"),
            Name = CudaDriver.Name(k),
            MemoryBytes = CudaDriver.MemoryBytes(k),
        });
    }
}
