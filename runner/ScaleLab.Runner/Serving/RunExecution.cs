using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Training;

namespace ScaleLab.Runner.Serving;

/// <summary>Runs one run folder and tells what became of it, whatever goes wrong.</summary>
/// <param name="store">Where corpora are.</param>
/// <param name="time">Clock of checkpoints, reports and heartbeats.</param>
/// <param name="send">Takes events, from two threads.</param>
internal sealed class RunExecution(CorpusStore store, TimeProvider time, Action<WorkerEvent> send)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    /// <summary>No driver times its attempts.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Runs the run of a command and those beside it, each on a thread of its own and meeting the others at every step.</summary>
    public void ExecuteAll(WorkerCommand command, Func<FailureClass> stopped, CancellationToken stop)
    {
        if (command.Beside.Count == 0)
        {
            send(Execute(command, stopped, stop));
            return;
        }

        string[] folders = [command.Run, .. command.Beside];
        var stack = new ReplicaStack(folders.Length);
        var threads = Array.ConvertAll(folders, folder => new Thread(() => Train(folder)));
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());

        void Train(string folder)
        {
            using var seat = stack.Join();
            send(Execute(new WorkerCommand { Run = folder }, stopped, stop, seat));
        }
    }

    /// <param name="command">The run, and how to train it.</param>
    /// <param name="stopped">Why it was stopped, once it was.</param>
    /// <param name="stop">Asks for a checkpoint and the end.</param>
    /// <param name="seat">Among runs that compute their gradients together; null alone.</param>
    public WorkerEvent Execute(WorkerCommand command, Func<FailureClass> stopped, CancellationToken stop, ReplicaStack.Seat? seat = null)
    {
        var folder = command.Run;
        AttemptFolder? attempt = null;
        try
        {
            var run = new RunFolder(folder);
            if (RunAttempt.Ended(run) is { } ended)
            {
                return Finished(ended, ended.Attempt);
            }

            var work = new RunAttempt(run, store, time, command.Recompute, seat);
            attempt = run.Attempt(work.Number);
            if (IsAlone)
            {
                attempt.Publish(AttemptAccount.Here(time.GetUtcNow()));
            }

            using var heart = new Heartbeat(attempt, time, () => send(new WorkerEvent { Kind = WorkerEventKind.Alive, Run = folder, Attempt = attempt.Number }));
            var result = work.Execute(Reporter(folder, attempt, run.ReadSpec()), stop);
            return result is null
                ? Failed(stopped(), "stopped; a checkpoint was written")
                : Finished(result, attempt.Number);
        }
        catch (OperationCanceledException e)
        {
            return Failed(stopped(), stop.IsCancellationRequested ? "stopped" : e.Message);
        }
        catch (Exception e)
        {
            return Failed(Classify(e), e.Message.Split('\n')[0].Trim(), e);
        }

        WorkerEvent Finished(RunResult result, int attempt) => new() { Kind = WorkerEventKind.Finished, Run = folder, Attempt = attempt, Step = result.Step, Status = result.Status };

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

    // libtorch reports memory only in words: those of CUDA's allocator, then those of the CPU's.
    internal static FailureClass Classify(Exception e) => e switch
    {
        OutOfMemoryException => FailureClass.DeviceOutOfMemory,
        IOException io => DiskErrors.IsFull(io) ? FailureClass.DiskFull : FailureClass.Lost,
        UnauthorizedAccessException => FailureClass.Lost,
        _ when e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("not enough memory", StringComparison.Ordinal)
            || e.Message.Contains("can't allocate memory", StringComparison.Ordinal) => FailureClass.DeviceOutOfMemory,
        _ => FailureClass.Permanent,
    };

    private Action<Checkpoints.TrainingState, double> Reporter(string folder, AttemptFolder attempt, RunSpec spec)
    {
        var timeline = new Timeline(spec.Training.Batch);
        var last = time.GetTimestamp();
        return (state, loss) =>
        {
            if (time.GetElapsedTime(last) < ReportEvery)
            {
                return;
            }

            last = time.GetTimestamp();
            send(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder, Attempt = attempt.Number, Step = state.Step, D = timeline.SeenBefore(state.Step), Loss = loss });
        };
    }
}
