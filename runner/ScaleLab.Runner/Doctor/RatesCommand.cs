using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary><c>scalelab-runner rates DEVICE MATH</c>: how fast it multiplies. The answer is one line of JSON, an array of <see cref="MatmulReport"/>.</summary>
internal static class RatesCommand
{
    public static int Run(string device, string math, Stream output)
    {
        var path = DoctorCommand.Path(math);
        set_num_threads(1);
        if (device == "cpu")
        {
            path = MatmulPrecision.TrySet(path) ? path : MathPath.Exact;
        }
        else if (!LibTorch.HasCuda || !cuda.is_available())
        {
            throw new InputException($"device {device} is not there");
        }

        MatmulReport[] rates = [MatmulProbe.Measure(new Device(device), Precision.Fp32, path), MatmulProbe.Measure(new Device(device), Precision.Bf16, path)];
        output.Write([.. JsonSerializer.SerializeToUtf8Bytes(rates, ContractJson.Line.MatmulReportArray), (byte)'\n']);
        return 0;
    }
}
