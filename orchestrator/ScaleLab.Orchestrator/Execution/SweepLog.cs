using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>The events of <c>log.jsonl</c>.</summary>
internal static partial class SweepLog
{
    [LoggerMessage(1, LogLevel.Information, "sweep {Sweep}: {Total} runs, {Done} done, {Slots} at once")]
    public static partial void SweepStarted(this ILogger log, string sweep, int total, int done, int slots);

    [LoggerMessage(2, LogLevel.Information, "run {Run} started")]
    public static partial void RunStarted(this ILogger log, string run);

    [LoggerMessage(3, LogLevel.Information, "run {Run} ended {Status}: attempt {Attempt}, loss {Loss}")]
    public static partial void RunEnded(this ILogger log, string run, RunStatus status, int attempt, double? loss);

    [LoggerMessage(4, LogLevel.Warning, "run {Run} will be tried again: {Class}: {Reason}")]
    public static partial void RunRetried(this ILogger log, string run, FailureClass @class, string reason);

    [LoggerMessage(5, LogLevel.Error, "run {Run} failed: {Reason}")]
    public static partial void RunFailed(this ILogger log, string run, string reason);

    [LoggerMessage(6, LogLevel.Information, "run {Run} stopped: {Reason}")]
    public static partial void RunStopped(this ILogger log, string run, string reason);

    [LoggerMessage(7, LogLevel.Information, "sweep ended: {End}, {Done} done, {Failed} failed")]
    public static partial void SweepEnded(this ILogger log, SweepEnd end, int done, int failed);
}
