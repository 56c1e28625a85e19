using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>What the files say is left to do.</summary>
/// <param name="Results">Of every run of the plan, by key; null where it has none.</param>
internal sealed record Survey(IReadOnlyDictionary<string, RunResult?> Results)
{
    /// <exception cref="InputException">The folder holds results of the other kind of executor.</exception>
    public static Survey Of(Plan plan, SweepFolder folder, bool simulated)
    {
        var results = plan.Runs.Select(r => r.Key).Zip(SweepFolder.ReadEach(plan.Runs, r => folder.Run(r.Key).ReadResult())).ToDictionary(r => r.First, r => r.Second);
        if (results.Values.Any(r => r is not null && (r.Machine.Device == SimulatedExecutor.Device) != simulated))
        {
            throw new InputException($"{folder.Path} holds {(simulated ? "trained" : "simulated")} results; choose another folder with --out");
        }

        if (!simulated)
        {
            DiscardDamaged(plan, folder, results);
        }

        return new Survey(results);
    }

    public bool IsDone(string key) => Results[key] is { Status: RunStatus.Ok };

    /// <summary>It has no result, and needs none that is not there.</summary>
    public bool IsReady(PlannedRun run) => Results[run.Key] is null && (run.Parent is null || IsDone(run.Parent));

    // A trunk whose end is no longer whole is of no use to the runs that still have to grow from it, so it is trained again. Children first: a stretch
    // that is to be trained again needs the end of the one before it.
    private static void DiscardDamaged(Plan plan, SweepFolder folder, Dictionary<string, RunResult?> results)
    {
        foreach (var trunk in plan.Runs.Reverse().Where(r => results[r.Key] is null && r.Parent is not null).Select(r => r.Parent!).Distinct())
        {
            if (results[trunk] is { Status: RunStatus.Ok } end && folder.Run(trunk).Attempt(end.Attempt).CheckpointDamage(end.Step) is not null)
            {
                folder.Run(trunk).Discard();
                results[trunk] = null;
            }
        }
    }
}
