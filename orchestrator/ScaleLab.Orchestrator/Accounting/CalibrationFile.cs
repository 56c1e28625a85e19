using System.Globalization;
using CsvHelper;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Accounting;

/// <summary><c>calibration.csv</c> beside the corpora: what the estimates said of finished runs, and what they took. Shared by all sweeps of a user; losing it costs nothing but precision.</summary>
internal sealed class CalibrationFile(string path)
{
    // Of one device; the newest are kept.
    private const int Most = 200;

    // Shorter ones are mostly start.
    private const double ShortestSeconds = 2;

    public static CalibrationFile Default { get; } = new(Path.Combine(CorpusStore.Default.Root, "calibration.csv"));

    /// <summary>What times and sizes are learnt for, and hold for: lanes of a device, so many beside each other, under one math path.</summary>
    public static string Lane(DevicePool pool, MathPath math) => string.Create(CultureInfo.InvariantCulture, $"{pool.SharedBy} of {Name(pool.Devices[0])}, {Spell(math)}");

    /// <returns>Null where nothing was learnt about such lanes of such a device.</returns>
    public Calibration? For(DevicePool pool, MathPath math)
    {
        var name = Name(pool.Devices[0]);
        var rows = Read().Where(r => r.Device == name && r.Math == Spell(math) && r.Lanes == pool.SharedBy).ToList();
        return Calibration.Of([.. rows.Select(r => r.Time)], [.. rows.Select(r => r.Memory).OfType<Lesson>()]);
    }

    /// <summary>Learns from the runs of a sweep that ended well at their first attempt.</summary>
    /// <param name="folder">The sweep.</param>
    /// <param name="plan">Its runs and corpus.</param>
    /// <param name="pool">Where they were trained.</param>
    public void Learn(SweepFolder folder, Plan plan, DevicePool pool)
    {
        var uses = UsageFile.Read(folder).GroupBy(u => u.RunKey).Where(g => g.Count() == 1).Select(g => g.First()).ToDictionary(u => u.RunKey);
        var fresh = plan.Runs.Reverse().Where(r => uses.ContainsKey(r.Key)).Take(Most).Select(r => Row(folder.Run(r.Key), uses[r.Key], plan.Corpus, pool)).OfType<CalibrationRow>().ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        var rows = Read().Concat(fresh).GroupBy(r => (r.RunKey, r.Finish), (_, same) => same.Last())
            .OrderBy(r => r.Finish, StringComparer.Ordinal)
            .GroupBy(r => (r.Device, r.Math, r.Lanes)).SelectMany(g => g.TakeLast(Most));
        using var text = new MemoryStream();
        Csv.Write(text, rows);
        try
        {
            SweepFolder.Replace(path, text.ToArray());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next plan knows no more than this one did.
        }
    }

    private List<CalibrationRow> Read()
    {
        try
        {
            return File.Exists(path) ? [.. Csv.Read<CalibrationRow>(path).Where(r => r.Model == CostModel.Version && r.Seconds >= ShortestSeconds)] : [];
        }
        catch (Exception e) when (e is CsvFormatException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static CalibrationRow? Row(RunFolder run, UsageRow use, CorpusInfo corpus, DevicePool pool)
    {
        if (run.ReadResult() is not { Status: RunStatus.Ok, Attempt: 1, Machine.Stacked: null } result || result.Machine.DeviceName is not { } device || use.Seconds < ShortestSeconds)
        {
            return null;
        }

        var spec = run.ReadSpec();
        var time = CostModel.TimeParts(spec.Training, spec.Execution, spec.Evaluation, corpus);
        var memory = CostModel.MemoryParts(spec.Training, spec.Execution);
        return new CalibrationRow
        {
            RunKey = spec.Key,
            Finish = File.GetLastWriteTimeUtc(run.ResultFile).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            Model = CostModel.Version,
            Device = device,
            Math = Spell(spec.Execution.Math),
            Lanes = pool.SharedBy,
            Seconds = pool.IsPacked ? use.DeviceSeconds : use.Seconds,
            Start = time[0],
            Launches = time[1],
            Fp32Products = time[2],
            Bf16Products = time[3],
            Traffic = time[4],
            Optimizer = time[5],
            PeakMemoryBytes = result.PeakMemoryBytes,
            ProcessBytes = memory[0],
            TrainingBytes = memory[1],
        };
    }

    private static string? Name(DeviceInfo device) => device.Kind == DevicePool.Cpu ? CpuModel.Name : device.Name;

    private static string Spell(MathPath math) => math.ToString().ToLowerInvariant();
}

/// <summary>A row of <c>calibration.csv</c>.</summary>
[CsvRecord]
internal sealed partial record CalibrationRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    [CsvColumn("finish")]
    public required string Finish { get; init; }

    /// <summary>Version of the cost model that the parts are from.</summary>
    [CsvColumn("model")]
    public required int Model { get; init; }

    /// <summary>As its maker calls it.</summary>
    [CsvColumn("device")]
    public required string Device { get; init; }

    [CsvColumn("math")]
    public required string Math { get; init; }

    /// <summary>Lanes on the device; 0 where they were found while it trained.</summary>
    [CsvColumn("lanes")]
    public required int Lanes { get; init; }

    /// <summary>Measured, from the beginning of the attempt to its end; with lanes 0, its part of the device's time.</summary>
    [CsvColumn("seconds")]
    public required double Seconds { get; init; }

    [CsvColumn("start")]
    public required double Start { get; init; }

    [CsvColumn("launches")]
    public required double Launches { get; init; }

    [CsvColumn("fp32_products")]
    public required double Fp32Products { get; init; }

    [CsvColumn("bf16_products")]
    public required double Bf16Products { get; init; }

    [CsvColumn("traffic")]
    public required double Traffic { get; init; }

    [CsvColumn("optimizer")]
    public required double Optimizer { get; init; }

    [CsvColumn("peak_memory_bytes")]
    public long? PeakMemoryBytes { get; init; }

    [CsvColumn("process_bytes")]
    public required double ProcessBytes { get; init; }

    [CsvColumn("training_bytes")]
    public required double TrainingBytes { get; init; }

    public Lesson Time => new([Start, Launches, Fp32Products, Bf16Products, Traffic, Optimizer], Seconds);

    public Lesson? Memory => PeakMemoryBytes is { } peak and > 0 ? new Lesson([ProcessBytes, TrainingBytes], peak) : null;
}
