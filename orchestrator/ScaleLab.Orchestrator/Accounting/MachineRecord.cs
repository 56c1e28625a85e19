using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Accounting;

/// <summary><c>machine.json</c>: how fast the devices of a sweep multiply, measured when it was first run there.</summary>
internal sealed record MachineRecord
{
    public int Format { get; set; } = 1;

    public List<MeasuredRate> Rates { get; set; } = [];

    /// <summary>What the times and sizes of a plan were corrected by; null where nothing was known.</summary>
    public Calibration? Calibration { get; set; }

    /// <summary>The lanes that it holds for; see <see cref="CalibrationFile.Lane"/>.</summary>
    public string? CalibratedFor { get; set; }

    public static MachineRecord Read(SweepFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.MachineFile), OrchestratorJson.Default.MachineRecord) ?? new MachineRecord();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return new MachineRecord();
        }
    }

    public void Write(SweepFolder folder) => SweepFolder.Replace(folder.MachineFile, JsonSerializer.SerializeToUtf8Bytes(this, OrchestratorJson.Default.MachineRecord));

    /// <summary>The rate that the run is held against: of the table where the device is in it, else measured, else null.</summary>
    public double? Peak(RunSpec spec, string? deviceName)
    {
        var (precision, math) = (spec.Training.Precision, spec.Execution.Math);
        return spec.Execution.Device == DevicePool.Cuda && deviceName is not null && DevicePeak.Of(deviceName) is { } listed
            ? listed.FlopsPerSecond(precision, math)
            : Rates.Find(r => r.Device == spec.Execution.Device && r.Name == deviceName && r.Precision == precision && r.Math == math)?.FlopsPerSecond;
    }

    /// <summary>Adds what is not known yet; does nothing where all is.</summary>
    /// <param name="device">One lane of it is measured.</param>
    /// <param name="math">Of float32 products.</param>
    /// <param name="probe">Asks a runner.</param>
    public async Task MeasureAsync(DeviceInfo device, MathPath math, Func<Task<IReadOnlyList<MatmulReport>>> probe)
    {
        var name = device.Kind == DevicePool.Cpu ? CpuModel.Name : device.Name;
        if (name is null || (device.Kind == DevicePool.Cuda && DevicePeak.Of(name) is not null) || Rates.Exists(r => r.Device == device.Kind && r.Name == name && r.Math == math))
        {
            return;
        }

        Rates.AddRange((await probe()).Select(p => new MeasuredRate { Device = device.Kind, Name = name, Precision = p.Precision, Math = math, FlopsPerSecond = 1e9 * p.Gflops }));
    }

    /// <summary>Asks a runner of its own: one process, one thread on a CPU. Without an answer there is nothing to hold runs against, and no more.</summary>
    public static Func<Task<IReadOnlyList<MatmulReport>>> Probe(DeviceInfo device, MathPath math, CancellationToken cancellation) => async () =>
    {
        try
        {
            return JsonSerializer.Deserialize(await RunnerQuery.AskAsync(["rates", device.Kind, JsonNamingPolicy.SnakeCaseLower.ConvertName(math.ToString())], TextWriter.Null, cancellation), ContractJson.Line.MatmulReportArray) ?? [];
        }
        catch (Exception e) when (e is InputException or InvalidOperationException or JsonException)
        {
            return [];
        }
    };
}

/// <summary>A rate of square products.</summary>
internal sealed record MeasuredRate
{
    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public required string Device { get; init; }

    /// <summary>As its maker calls it.</summary>
    public required string Name { get; init; }

    public required Precision Precision { get; init; }

    public required MathPath Math { get; init; }

    public required double FlopsPerSecond { get; init; }
}
