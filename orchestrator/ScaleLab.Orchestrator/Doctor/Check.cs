using ScaleLab.Contracts;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <param name="Name">What was looked at.</param>
/// <param name="Outcome">Whether ScaleLab works with it.</param>
/// <param name="Finding">What is there.</param>
/// <param name="Remedy">What to do about it; null where nothing is to be done.</param>
internal sealed record Check(string Name, CheckOutcome Outcome, string Finding, string? Remedy = null);

internal enum CheckOutcome
{
    Ok,

    /// <summary>It works, but slowly, narrowly or not as wished.</summary>
    Warn,

    /// <summary>Runs would fail.</summary>
    Fail,
}

/// <summary>The answer of <c>scalelab doctor --json</c>.</summary>
internal sealed record DoctorReport(IReadOnlyList<Check> Checks, RunnerReport? Runner)
{
    public int Format { get; set; } = 1;

    public string Version { get; set; } = BuildInfo.Version;

    public bool Ok => Checks.All(c => c.Outcome != CheckOutcome.Fail);
}
