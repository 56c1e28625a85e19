using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;

namespace ScaleLab.Cli.Output;

/// <summary>Runs without a good result: what, why, and where to read on.</summary>
internal static class FailureTable
{
    public static void Write(TextWriter output, SweepFolder folder, IReadOnlyList<FailedRun> failed)
    {
        if (failed.Count == 0)
        {
            return;
        }

        var rows = failed.Select(f => (Status: f.Status == RunStatus.Diverged ? "diverged" : "failed", Class: f.Class is { } c ? ProgressText.Name(c) : "", f.Key, f.Reason, f.Log)).ToList();
        var (classes, keys) = (Math.Max("class".Length, rows.Max(r => r.Class.Length)), rows.Max(r => r.Key.Length));
        output.WriteLine($"{"status",-8}  {"class".PadRight(classes)}  {"run".PadRight(keys)}  reason");
        foreach (var row in rows)
        {
            output.WriteLine($"{row.Status,-8}  {row.Class.PadRight(classes)}  {row.Key.PadRight(keys)}  {row.Reason}{(row.Log is null ? "" : $"; see {Path.Combine(folder.Path, row.Log)}")}");
        }
    }
}
