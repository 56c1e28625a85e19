using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Training;

namespace ScaleLab.Runner.Serving;

/// <summary>Runs one run folder and tells what became of it, whatever goes wrong.</summary>
internal sealed class RunExecution(CorpusStore store, TimeProvider time, Action<WorkerEvent> send)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public WorkerEvent Execute(string folder, CancellationToken stop)
    {
        AttemptFolder? attempt = null;
        try
        {
            var run = new RunFolder(folder);
            var work = new RunAttempt(run, store, time);
            attempt = run.Attempt(work.Number);
            var result = work.Execute(Reporter(folder, attempt, run.ReadSpec()), stop);
            return result is null
                ? Failed(FailureClass.Interrupted, "stopped; a checkpoint was written")
                : new WorkerEvent { Kind = WorkerEventKind.Finished, Run = folder, Attempt = attempt.Number, Step = result.Step, Status = result.Status };
        }
        catch (OperationCanceledException)
        {
            return Failed(FailureClass.Interrupted, "stopped");
        }
        catch (Exception e)
        {
            return Failed(Classify(e), e.Message.Split('\n')[0].Trim(), e);
        }

        WorkerEvent Failed(FailureClass kind, string message, Exception? cause = null)
        {
            var failure = new RunFailure { Class = kind, Message = message };
            try
            {
                attempt?.Publish(failure);
                if (attempt is not null && cause is not null)
                {
                    File.AppendAllText(attempt.LogFile, $"{cause}\n");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk is often the very failure; the event still tells.
            }

            return new WorkerEvent { Kind = WorkerEventKind.Failed, Run = folder, Attempt = attempt?.Number ?? 0, Failure = failure };
        }
    }

    // libtorch reports memory only in words.
    private static FailureClass Classify(Exception e) =>
        e is OutOfMemoryException || e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("not enough memory", StringComparison.Ordinal)
            ? FailureClass.OutOfMemory
            : e is IOException ? FailureClass.Lost : FailureClass.Permanent;

    private Action<Checkpoints.TrainingState, double> Reporter(string folder, AttemptFolder attempt, RunSpec spec)
    {
        var timeline = new Timeline(spec.Training.Batch);
        var last = time.GetTimestamp();
        File.WriteAllText(attempt.HeartbeatFile, "");
        return (state, loss) =>
        {
            if (time.GetElapsedTime(last) < ReportEvery)
            {
                return;
            }

            last = time.GetTimestamp();
            File.SetLastWriteTimeUtc(attempt.HeartbeatFile, time.GetUtcNow().UtcDateTime);
            send(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder, Attempt = attempt.Number, Step = state.Step, D = timeline.SeenBefore(state.Step), Loss = loss });
        };
    }
}
