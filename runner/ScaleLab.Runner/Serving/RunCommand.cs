using System.Runtime.InteropServices;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Runner.Serving;

/// <summary><c>scalelab-runner run [--recompute] FOLDER…</c>: trains run folders one after another, from files alone. Parents stand before their children.</summary>
internal static class RunCommand
{
    private const int Failed = 1;
    private const int Checkpointed = 75; // EX_TEMPFAIL: call me again

    public static int Run(IReadOnlyList<string> arguments)
    {
        var recompute = arguments is ["--recompute", ..];
        var folders = arguments.Skip(recompute ? 1 : 0).ToList();
        if (folders.Count == 0)
        {
            throw new InputException("usage: scalelab-runner run [--recompute] FOLDER…");
        }

        using var stop = new StopSignal();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, FailureClass.Preempted));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, FailureClass.Interrupted));
        var execution = new RunExecution(CorpusStore.Default, TimeProvider.System, Tell) { IsAlone = true };
        var exit = 0;
        foreach (var folder in folders)
        {
            if (Awaited(folder) is { } parent)
            {
                Console.Error.WriteLine($"error: {folder}: waits for {parent}, which has no result");
                exit = Failed;
                continue;
            }

            var end = execution.Execute(new WorkerCommand { Run = folder, Recompute = recompute }, () => stop.Reason, stop.Token);
            if (end.Failure is { } failure)
            {
                Console.Error.WriteLine($"error: {folder}: {failure.Message}");
                if (IsTaken(folder, end))
                {
                    // Whoever trains this run now was given the others as well.
                    return Failed;
                }

                if (stop.Token.IsCancellationRequested)
                {
                    return Checkpointed;
                }

                exit = Failed;
            }
            else
            {
                Console.WriteLine($"{folder}: {end.Status}");
            }
        }

        return exit;

        static void Tell(WorkerEvent happened)
        {
            if (happened.Kind == WorkerEventKind.Progress)
            {
                Console.Error.WriteLine($"{Path.GetFileName(happened.Run)}: step {happened.Step}, loss {happened.Loss:F4}");
            }
        }

        void Stop(PosixSignalContext context, FailureClass reason)
        {
            context.Cancel = true;
            stop.StopForGood(reason);
        }
    }

    // A run whose parent failed is not to blame: it gets no attempt, and waits.
    private static string? Awaited(string folder) =>
        new RunFolder(folder).ReadSpec().Parent is { } parent && new RunFolder(Path.Combine(folder, "..", parent)).ReadResult() is not { Status: RunStatus.Ok } ? parent : null;

    // The first to close an attempt says why it ended. Where that was not this process, another one has its place.
    private static bool IsTaken(string folder, WorkerEvent end) =>
        end.Attempt > 0 && new RunFolder(folder).Attempt(end.Attempt).ReadFailure() is { } closed && closed != end.Failure;
}
