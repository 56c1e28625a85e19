using System.Text;
using ScaleLab.Orchestrator.Collection;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>One <c>scalelab run</c>, from the plan to the CSV files. Again on the same folder it does what is missing.</summary>
internal sealed class SweepSession(Plan plan, SweepFolder folder, TimeProvider time)
{
    /// <param name="start">Makes the executor, once the folder is ours.</param>
    /// <param name="show">Makes the view; not called when nothing is missing.</param>
    /// <param name="analyse">Called while the folder is held, after a session that was not cut short.</param>
    /// <param name="cancellation">Ends the wait for a folder that another driver may hold.</param>
    /// <exception cref="Contracts.InputException">The folder belongs to another sweep or another driver.</exception>
    public async Task<SweepSummary> RunAsync(Func<IRunExecutor> start, Func<IProgressView> show, Action<SweepSummary> analyse, CancellationToken cancellation = default)
    {
        folder.RefuseOtherThan(plan.Name);
        await using var executor = start();
        await using var owner = await Ownership.TakeAsync(folder, OwnerRecord.OfThisProcess(executor.Slots), time, cancellation);
        Publish();
        SweepSummary summary;
        await using (var view = show())
        {
            summary = await SweepHost.RunAsync(plan, folder, owner, executor, view, time);
        }

        if (summary.End != SweepEnd.Superseded)
        {
            Collector.Collect(folder, plan.Runs);
        }

        if (summary.End == SweepEnd.Completed)
        {
            analyse(summary);
        }

        return summary;
    }

    // Runs first: whoever reads plan.csv finds them all.
    private void Publish()
    {
        foreach (var run in plan.Runs)
        {
            folder.Run(run.Spec.Key).Create(run.Spec);
        }

        SweepFolder.Replace(folder.SpecFile, Encoding.UTF8.GetBytes(plan.Text));
        PlanFile.Write(folder, plan);
    }
}
