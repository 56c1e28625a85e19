using System.Diagnostics;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary>Speed and error of a square matrix product, the work that training consists of.</summary>
internal static class MatmulProbe
{
    // On a GPU a product of 512 is over before the next one is launched.
    private const int CpuSize = 512;
    private const int GpuSize = 8192;
    private const int ErrorSize = 512;
    private const int WarmUps = 3;
    private const int Repetitions = 15;

    public static MatmulReport Measure(Device device, Precision precision, MathPath math)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new Generator(1, CPU);
        var type = precision == Precision.Bf16 ? bfloat16 : float32;
        var size = device.type == TorchSharp.DeviceType.CPU ? CpuSize : GpuSize;
        var (left, right) = (randn([size, size], generator: random).to(type).to(device), randn([size, size], generator: random).to(type).to(device));
        var seconds = new List<double>();
        for (var i = 0; i < WarmUps + Repetitions; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var product = mm(left, right);
            if (device.type == TorchSharp.DeviceType.CUDA)
            {
                cuda.synchronize();
            }

            seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }

        // Inputs are rounded to the type first: this is the error of the product alone.
        var (a, b) = (left.narrow(0, 0, ErrorSize).narrow(1, 0, ErrorSize), right.narrow(0, 0, ErrorSize).narrow(1, 0, ErrorSize));
        var exact = mm(a.to(CPU).to(float64), b.to(CPU).to(float64));
        var computed = mm(a, b).to(CPU).to(float64);
        return new MatmulReport
        {
            Size = size,
            Precision = precision,
            Math = math,
            Gflops = 2.0 * size * size * size / seconds.Skip(WarmUps).Order().ElementAt(Repetitions / 2) / 1e9,
            Error = (computed - exact).abs().max().item<double>() / exact.abs().max().item<double>(),
        };
    }
}
