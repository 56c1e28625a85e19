using System.Diagnostics;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary>How fast a batch reaches the device: from pinned memory to a GPU, from memory to memory on a CPU.</summary>
internal static class CopyProbe
{
    private const long Bytes = 64 << 20;
    private const int WarmUps = 2;
    private const int Repetitions = 9;

    /// <returns>Bytes per second, the median of some repetitions.</returns>
    public static double Measure(Device device)
    {
        using var scope = NewDisposeScope();
        var gpu = device.type == TorchSharp.DeviceType.CUDA;
        var source = gpu ? zeros([Bytes], uint8).pin_memory() : zeros([Bytes], uint8);
        var target = empty([Bytes], uint8, device);
        var seconds = new List<double>();
        for (var i = 0; i < WarmUps + Repetitions; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            target.copy_(source, true);
            if (gpu)
            {
                cuda.synchronize();
            }

            seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        return Bytes / seconds.Skip(WarmUps).Order().ElementAt(Repetitions / 2);
    }
}
