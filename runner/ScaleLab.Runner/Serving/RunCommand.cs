using System.Runtime.InteropServices;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Runner.Serving;

/// <summary><c>scalelab-runner run FOLDER…</c>: trains run folders one after another, from files alone.</summary>
internal static class RunCommand
{
    private const int Failed = 1;
    private const int Checkpointed = 75; // EX_TEMPFAIL: call me again

    public static int Run(IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
        {
            throw new InputException("usage: scalelab-runner run FOLDER…");
        }

        using var stop = new StopSignal();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var execution = new RunExecution(CorpusStore.Default, TimeProvider.System, Tell);
        var exit = 0;
        foreach (var folder in folders)
        {
            var end = execution.Execute(new WorkerCommand { Run = folder }, () => stop.Reason, stop.Token);
            if (end.Failure is { } failure)
            {
                Console.Error.WriteLine($"error: {folder}: {failure.Message}");
                if (failure.Class == FailureClass.Interrupted)
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

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.StopForGood();
        }
    }
}
