using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>A plan as rows, for <c>plan.csv</c> and for <c>scalelab plan</c>.</summary>
internal static class PlanTable
{
    public static IEnumerable<PlanRow> Rows(this Plan plan) => plan.Runs.Select(Row);

    private static PlanRow Row(PlannedRun run)
    {
        var training = run.Spec.Training;
        var model = training.Model;
        var n = model.Parameters;
        var timeline = new Timeline(training.Batch);
        return new PlanRow
        {
            RunKey = run.Key,
            Phase = training.Phase.ToString().ToLowerInvariant(),
            Parent = run.Parent,
            Trunk = run.Trunk,
            NTarget = run.TargetN,
            N = n.Total,
            NNonEmbedding = n.Body,
            NEmbedding = n.Embedding,
            NHead = n.Head,
            Width = model.Width,
            Depth = model.Depth,
            Heads = model.Heads,
            DTarget = run.TargetD,
            D = training.D,
            UniqueD = run.Exposure.UniqueD,
            Epochs = run.Exposure.Epochs,
            StartStep = training.StartStep,
            Steps = training.EndStep,
            BatchStart = timeline.BatchAt(training.StartStep),
            BatchEnd = timeline.BatchAt(training.EndStep - 1),
            Chunk = run.Spec.Execution.Chunk,
            Lr = training.Optimizer.Lr,
            Schedule = training.Schedule.Kind.ToString().ToLowerInvariant(),
            Seed = training.Seed,
            Budget = run.Budget,
            C = run.C,
            C6nd = model is LanguageModelShape ? 6.0 * n.Total * training.D : null,
            CSpent = run.CSpent,
            MemoryBytes = run.Memory,
            DiskBytes = run.Disk,
            Seconds = Math.Round(run.Time.TotalSeconds, 1),
        };
    }
}
