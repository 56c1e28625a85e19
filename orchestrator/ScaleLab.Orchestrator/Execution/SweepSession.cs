using System.Globalization;
using System.Text;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>One <c>scalelab run</c>, from the plan to the CSV files. Again on the same folder it does what is missing.</summary>
internal sealed class SweepSession(Plan plan, SweepFolder folder, TimeProvider time)
{
    /// <summary>The disk under the folder, unless a test has another.</summary>
    public DiskRoom Room { get; init; } = DiskRoom.Of(folder.Path);

    /// <summary>Where runs, retries and the log go by another clock than the claim on the folder does.</summary>
    public SimulatedTime? Simulated { get; init; }

    /// <summary>Goes into the folder with the plan; null leaves what is there.</summary>
    public MachineRecord? Machine { get; init; }

    /// <summary>Sends what is missing (runs without a result whose ancestors have not failed, parents first) and waits for nothing; null to drive it to its end.</summary>
    public Func<IReadOnlyList<PlannedRun>, CancellationToken, Task>? Send { get; init; }

    /// <param name="start">Makes the executor, once the folder is ours.</param>
    /// <param name="show">Makes the view, given a line that says what will be done.</param>
    /// <param name="analyse">Called while the folder is held, after a session that was not cut short.</param>
    /// <param name="cancellation">Ends the wait for a folder that another driver may hold.</param>
    /// <exception cref="InputException">The folder belongs to another sweep or another driver.</exception>
    public async Task<SweepSummary> RunAsync(Func<IRunExecutor> start, Func<string, IProgressView> show, Action<SweepSummary> analyse, CancellationToken cancellation = default)
    {
        folder.RefuseOtherThan(plan.Name);
        var executor = start();
        await using var owner = await TakeAsync(executor.AtOnce, cancellation);
        folder.Tidy();
        var survey = Survey.Of(plan, folder, executor.IsSimulated);

        // A result that a disk has damaged is one all the same: its run belongs to the sweep, and its rows to the tables.
        plan = plan.WithoutIdleTrunks(key => survey.Results[key] is not null || File.Exists(folder.Run(key).ResultFile));
        var elsewhere = Publish(survey);
        var missing = plan.Runs.Where(r => survey.Results[r.Key] is null).ToList();
        SweepSummary summary;
        await using (executor)
        {
            await executor.AttachAsync(cancellation);
            await using var view = show(Opening(missing, executor.AtOnce) + elsewhere);
            summary = Send is null
                ? await SweepHost.RunAsync(plan, survey, folder, owner, executor, view, Room, Simulated ?? time)
                : await SendAsync(survey, missing, executor, cancellation);
        }

        // Where all runs had ended before, the tables may already say so.
        if (summary.End != SweepEnd.Superseded && !(missing.Count == 0 && Collector.IsCurrent(folder, plan.Runs)))
        {
            // The plan as it was written: a later collection has no other.
            Collector.Collect(folder, PlanFile.Read(folder));
        }

        if (summary.End == SweepEnd.Completed)
        {
            analyse(summary);
        }

        return summary;
    }

    // What grows from a run that an earlier session left under way has to wait for it.
    private async Task<SweepSummary> SendAsync(Survey survey, List<PlannedRun> missing, IRunExecutor executor, CancellationToken cancellation)
    {
        var sent = new Dictionary<string, PlannedRun>();
        foreach (var run in missing)
        {
            if (!executor.Holds(run.Key) && (run.Parent is not { } parent || survey.IsDone(parent) || sent.ContainsKey(parent)))
            {
                sent.Add(run.Key, run);
            }
        }

        await Send!([.. sent.Values], cancellation);
        return new SweepSummary(plan.Runs.Count, plan.Runs.Count(r => survey.IsDone(r.Key)), 0, [], missing.Count > 0 ? SweepEnd.Detached : SweepEnd.Completed);
    }

    private async Task<Ownership> TakeAsync(int slots, CancellationToken cancellation)
    {
        try
        {
            return await Ownership.TakeAsync(folder, OwnerRecord.OfThisProcess(slots), time, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"cannot write to {folder.Path}: {e.Message.Split(" : ")[0]}; choose another folder with --out");
        }
    }

    private string Opening(List<PlannedRun> missing, int slots)
    {
        if (missing.Count == 0)
        {
            return $"{plan.Name}: all {plan.Runs.Count} runs have ended";
        }

        var keys = missing.Select(r => r.Key).ToHashSet();
        var finishes = ListSchedule.Finishes([.. missing.Select(r => r.Parent is { } p && keys.Contains(p) ? r : r with { Parent = null })], slots);
        Forecast.Renew(folder, finishes, time.GetUtcNow());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Name}: {missing.Count} of {plan.Runs.Count} runs to do, {missing.Sum(r => r.CSpent):0.00e+0} FLOPs, about {ProgressText.Duration(finishes.Values.Max())} on {slots} {(slots == 1 ? "slot" : "slots")}, in {folder.Path}");
    }

    // Runs first: whoever reads plan.csv finds them all.
    private string Publish(Survey survey)
    {
        var bound = SweepFolder.ReadEach(plan.Runs, r => (Asked: r.Spec, There: folder.Run(r.Key).Create(r.Spec)));

        SweepFolder.Replace(folder.SpecFile, Encoding.UTF8.GetBytes(plan.Text));

        // Estimates learn from every run. Once all have ended they are of no use here, and the same command again changes no file.
        if (survey.Results.Values.Any(r => r is null) || !PlanFile.IsOf(folder, plan))
        {
            PlanFile.Write(folder, plan);
            Machine?.Write(folder);
        }

        if (plan.Prediction is { } prediction)
        {
            SweepFolder.Replace(folder.PredictionFile, JsonSerializer.SerializeToUtf8Bytes(prediction, ContractJson.Default.Prediction));
        }
        else
        {
            File.Delete(folder.PredictionFile);
        }

        // A run that has begun keeps its device, and with it its bits.
        return string.Concat(bound
            .Where(b => b.There.Execution.Device != b.Asked.Execution.Device && survey.Results[b.Asked.Key] is null)
            .GroupBy(b => b.There.Execution.Device)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"\n{plan.Name}: {g.Count()} of them began on {g.Key} and stay there{(g.Key == DevicePool.Cuda ? "; they need --devices cuda" : "")}")));
    }
}
