using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>How a worker process ended.</summary>
/// <param name="Code">Its exit code; .NET, like a shell, reports death by signal s as 128 + s.</param>
internal readonly record struct WorkerEnd(int Code)
{
    private int? Signal => Code is > 128 and < 193 ? Code - 128 : null;

    /// <summary>What its end says about the run, where nobody here ended it.</summary>
    public FailureClass Class => Signal switch
    {
        9 => FailureClass.HostOutOfMemory,
        4 or 6 or 7 or 8 or 11 => FailureClass.NativeAbort, // SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV
        15 => FailureClass.Preempted,
        _ => FailureClass.Lost,
    };

    public override string ToString() => Signal switch
    {
        9 => "killed by signal 9, as Linux does where memory runs out",
        { } signal => FormattableString.Invariant($"killed by signal {signal}"),
        _ => FormattableString.Invariant($"exit code {Code}"),
    };
}
