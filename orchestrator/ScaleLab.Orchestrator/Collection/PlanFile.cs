using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Collection;

/// <summary><c>plan.csv</c>: the runs that belong to a sweep. With their <c>run.json</c> it is all that status and collection need.</summary>
internal static class PlanFile
{
    public static void Write(SweepFolder folder, Plan plan) => SweepFolder.Replace(folder.PlanFile, Bytes(plan.Rows()));

    /// <summary>Whether the file says of the same runs what this plan says, but for what is estimated.</summary>
    public static bool IsOf(SweepFolder folder, Plan plan)
    {
        try
        {
            return File.Exists(folder.PlanFile) && Exact(Csv.Read<PlanRow>(folder.PlanFile)).AsSpan().SequenceEqual(Exact(plan.Rows()));
        }
        catch (CsvHelper.CsvFormatException)
        {
            return false;
        }

        static byte[] Exact(IEnumerable<PlanRow> rows) => Bytes(rows.Select(r => r with { MemoryBytes = 0, DiskBytes = 0, Seconds = 0 }));
    }

    /// <returns>Parents before children.</returns>
    /// <exception cref="InputException">There is no plan, or one of its runs is gone.</exception>
    public static IReadOnlyList<PlannedRun> Read(SweepFolder folder)
    {
        if (!File.Exists(folder.PlanFile))
        {
            throw new InputException($"{folder.Path} holds no sweep: there is no plan.csv");
        }

        try
        {
            return SweepFolder.ReadEach(Csv.Read<PlanRow>(folder.PlanFile), r => Run(folder, r));
        }
        catch (CsvHelper.CsvFormatException e)
        {
            throw new InputException($"{folder.PlanFile}: {e.Message}");
        }
    }

    private static PlannedRun Run(SweepFolder folder, PlanRow row) => new()
    {
        Key = row.RunKey,
        Parent = row.Parent,
        Folder = folder.Run(row.RunKey) is { Exists: true } run ? run : throw new InputException($"{folder.PlanFile} names {row.RunKey}, which has no run.json"),
        Trunk = row.Trunk,
        Budget = row.Budget,
        TargetN = row.NTarget,
        TargetD = row.DTarget,
        C = row.C,
        CSpent = row.CSpent,
        Exposure = new Exposure(row.UniqueD, row.Epochs),
        Memory = row.MemoryBytes,
        Disk = row.DiskBytes,
        Time = TimeSpan.FromTicks((long)Math.Round(row.Seconds * TimeSpan.TicksPerSecond)),
    };

    private static byte[] Bytes(IEnumerable<PlanRow> rows)
    {
        using var text = new MemoryStream();
        Csv.Write(text, rows);
        return text.ToArray();
    }
}
