using System.Text.Json;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>
/// What did not fit, kept in <c>memory.json</c>: a run whose estimate is at least that of one which ran out of memory on a device
/// starts there with its activations recomputed, instead of finding out for itself.
/// </summary>
internal sealed class MemoryBook
{
    private readonly SweepFolder _folder;
    private readonly MemoryRecord _record;

    public MemoryBook(SweepFolder folder)
    {
        _folder = folder;
        _record = Read(folder.MemoryFile) ?? new MemoryRecord();
    }

    public bool Recomputes(PlannedRun run, string device) => _record.RecomputeFrom.TryGetValue(device, out var bytes) && run.Memory >= bytes;

    /// <summary>The estimate from which a run fits none of the devices as it is; null where one of them has refused nothing yet.</summary>
    public long? RecomputeFrom(IEnumerable<string> devices)
    {
        var least = devices.Distinct().Select(d => _record.RecomputeFrom.TryGetValue(d, out var bytes) ? bytes : (long?)null).ToList();
        return least.Contains(null) ? null : least.Max();
    }

    public void RanOut(PlannedRun run, string device)
    {
        _record.RecomputeFrom[device] = Math.Min(run.Memory, _record.RecomputeFrom.GetValueOrDefault(device, long.MaxValue));
        try
        {
            SweepFolder.Replace(_folder.MemoryFile, JsonSerializer.SerializeToUtf8Bytes(_record, OrchestratorJson.Default.MemoryRecord));
        }
        catch (IOException e) when (DiskErrors.IsFull(e))
        {
            // This session remembers without it.
        }
    }

    private static MemoryRecord? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), OrchestratorJson.Default.MemoryRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // Worth one failed attempt, no more.
            return null;
        }
    }
}

/// <summary><c>memory.json</c>.</summary>
internal sealed record MemoryRecord
{
    public int Format { get; set; } = 1;

    /// <summary>By device, the smallest estimate (bytes, <c>memory_bytes</c> of plan.csv) of a run that ran out of memory there.</summary>
    public Dictionary<string, long> RecomputeFrom { get; set; } = [];
}
