using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Runs of one shape that a worker trains in the same passes, each with its own attempt and result. They occupy one slot, and end together.</summary>
/// <param name="size">Runs that will be added.</param>
internal sealed class Stack(int size)
{
    private readonly Lock _lock = new();
    private readonly List<Ride> _rides = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether two runs may share their passes: language models that differ in seeds, rates and lengths alone.</summary>
    public static bool Fits(RunSpec one, RunSpec other) =>
        one.Training.Model is LanguageModelShape
        && one.Training.Model == other.Training.Model
        && one.Training.Corpus == other.Training.Corpus
        && one.Training.Batch == other.Training.Batch
        && one.Training.Precision == other.Training.Precision
        && one.Execution == other.Execution;

    /// <summary>Adds a run; with the last of them <paramref name="train"/> trains them all.</summary>
    /// <returns>Why the run has no result; null where it has one.</returns>
    public async Task<RunFailure?> TrainAsync(Ride ride, Func<IReadOnlyList<Ride>, Task> train)
    {
        bool complete;
        lock (_lock)
        {
            _rides.Add(ride);
            complete = _rides.Count == size;
        }

        if (complete)
        {
            try
            {
                await train(_rides);
                _ended.SetResult();
            }
            catch (Exception e)
            {
                _ended.SetException(e);
            }
        }

        await _ended.Task;
        return ride.Failure;
    }
}

/// <summary>A run on a worker.</summary>
/// <param name="run">Its folder.</param>
/// <param name="report">Takes its progress.</param>
internal sealed class Ride(RunFolder run, Func<WorkerEvent, ValueTask> report)
{
    public RunFolder Run => run;

    /// <summary>Attempts that there were before.</summary>
    public int Before { get; } = run.AttemptNumbers().Count;

    /// <summary>The last that was heard of it.</summary>
    public WorkerEvent? Last { get; set; }

    public bool HasEnded { get; private set; }

    /// <summary>Null where a result stands in the folder.</summary>
    public RunFailure? Failure { get; private set; }

    public ValueTask ReportAsync(WorkerEvent progress)
    {
        Last = progress;
        return report(progress);
    }

    public void End(RunFailure? failure) => (HasEnded, Failure) = (true, failure);
}
