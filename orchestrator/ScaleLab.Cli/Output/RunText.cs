using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Cli.Output;

/// <summary>How a session ended, in words and as an exit code.</summary>
internal static class RunText
{
    public static int Write(TextWriter output, TextWriter error, SweepFolder folder, SweepSummary summary)
    {
        IReadOnlyList<FailedRun> failed = [.. summary.Failed, .. summary.NotMeasured];
        FailureTable.Write(error, folder, failed);
        error.WriteLine(Closing(folder, summary));
        if (summary.Trained > 0 && File.Exists(folder.TimingsFile) && Csv.Read<TimingRow>(folder.TimingsFile).Sum(t => t.DeviceHours) is { } hours and > 0)
        {
            error.WriteLine(FormattableString.Invariant($"{hours:0.###} device hours so far, lost attempts included"));
        }

        if (summary.Unmeasured - summary.NotMeasured.Count is var left and > 0)
        {
            error.WriteLine(FormattableString.Invariant($"{left} finished {(left == 1 ? "run has" : "runs have")} {(summary.End == SweepEnd.Completed ? "no weights that could be measured anew" : "yet to be measured anew")}: no val_loss under this 'evaluation'"));
        }

        if (summary.End == SweepEnd.Completed && summary.Done > 0)
        {
            foreach (var file in (ReadOnlySpan<string>)[folder.ResultsFile, folder.CurvesFile, folder.TimingsFile, folder.ReportFile])
            {
                if (File.Exists(file))
                {
                    output.WriteLine(Path.GetRelativePath(Environment.CurrentDirectory, file));
                }
            }
        }

        return summary.End switch
        {
            SweepEnd.Interrupted or SweepEnd.Cancelled => ExitCode.Interrupted,
            SweepEnd.Terminated => ExitCode.Terminated,
            SweepEnd.Superseded => ExitCode.Unexpected,
            _ => failed.Count > 0 ? ExitCode.RunsFailed : ExitCode.Done,
        };
    }

    private static string Closing(SweepFolder folder, SweepSummary summary)
    {
        var done = FormattableString.Invariant($"{summary.Done} of {summary.Total} runs are done");
        return summary.End switch
        {
            SweepEnd.Completed when summary.Trained == 0 && summary.Failed.Count == 0 => $"nothing to do: {done} in {folder.Path}",
            SweepEnd.Completed => FormattableString.Invariant($"{done}, {summary.Trained} of them now{(summary.Failed.Count > 0 ? FormattableString.Invariant($"; {summary.Failed.Count} failed") : "")}"),
            SweepEnd.Detached => $"detached: {done}",
            SweepEnd.Superseded => $"another driver has taken over {folder.Path}; nothing was written after that",
            _ => $"stopped: {done}; the same command goes on from here",
        };
    }
}
