using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Accounting;

/// <summary>What each run took of devices, wherever it was trained: by <c>usage.csv</c> where a driver timed it, by its attempts' own accounts on a cluster.</summary>
internal static class DeviceLedger
{
    /// <returns>By run key: attempts that were timed, lost ones included, and their device hours. Runs that nobody has timed are not there.</returns>
    public static IReadOnlyDictionary<string, (int Attempts, double Hours)> Read(SweepFolder folder, IReadOnlyList<RunState> states)
    {
        var uses = UsageFile.ByRun(folder);
        if (!Directory.Exists(folder.SlurmFolder))
        {
            return uses;
        }

        foreach (var (key, hours) in SweepFolder.ReadEach(states, s => (s.Run.Key, Hours(s))))
        {
            if (hours.Count > 0)
            {
                var (attempts, before) = uses.GetValueOrDefault(key);
                uses[key] = (attempts + hours.Count, before + hours.Sum());
            }
        }

        return uses;
    }

    private static List<double> Hours(RunState state) => [.. state.Attempts
        .Select(state.Folder.Attempt)
        .Where(a => File.Exists(a.HeartbeatFile))
        .Select(a => (Account: a.ReadAccount(), End: File.GetLastWriteTimeUtc(a.HeartbeatFile)))
        .Where(a => a.Account is not null)
        .Select(a => a.Account!.Devices * Math.Max(0, (a.End - a.Account.Begun.UtcDateTime).TotalHours))];
}
