using Microsoft.Extensions.Logging;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>The events of <c>log.jsonl</c>.</summary>
internal static partial class SweepLog
{
    [LoggerMessage(1, LogLevel.Information, "sweep {Sweep}: {Total} runs, {Done} done, {Slots} at once")]
    public static partial void SweepStarted(this ILogger log, string sweep, int total, int done, int slots);

    [LoggerMessage(2, LogLevel.Information, "run {Run} started on {Device}, recomputing: {Recompute}")]
    public static partial void RunStarted(this ILogger log, string run, string device, bool recompute);

    [LoggerMessage(3, LogLevel.Information, "run {Run} ended {Status}: attempt {Attempt}, loss {Loss}")]
    public static partial void RunEnded(this ILogger log, string run, RunStatus status, int attempt, double? loss);

    [LoggerMessage(4, LogLevel.Warning, "run {Run} will be tried again in {Seconds} s after failure {Count} of class {Class}: {Reason}")]
    public static partial void RunRetried(this ILogger log, string run, FailureClass @class, string reason, int count, double seconds);

    [LoggerMessage(5, LogLevel.Error, "run {Run} ended {Status} for good, {Class}: {Reason}")]
    public static partial void RunFailed(this ILogger log, string run, RunStatus status, FailureClass? @class, string reason);

    [LoggerMessage(6, LogLevel.Information, "run {Run} stopped: {Reason}")]
    public static partial void RunStopped(this ILogger log, string run, string reason);

    [LoggerMessage(7, LogLevel.Information, "sweep ended: {End}, {Done} done, {Failed} failed")]
    public static partial void SweepEnded(this ILogger log, SweepEnd end, int done, int failed);

    [LoggerMessage(8, LogLevel.Error, "device {Device} is out of use for this session: several runs in a row failed there, {Class}")]
    public static partial void DeviceQuarantined(this ILogger log, string device, FailureClass @class);

    [LoggerMessage(14, LogLevel.Information, "device {Device} takes {Lanes} runs at a time")]
    public static partial void DevicePacked(this ILogger log, string device, int lanes);

    [LoggerMessage(9, LogLevel.Warning, "no room under {Folder}: {Free} bytes free, {Needed} needed; the queue waits")]
    public static partial void QueuePaused(this ILogger log, string folder, long needed, long free);

    [LoggerMessage(10, LogLevel.Information, "room again; the queue goes on")]
    public static partial void QueueResumed(this ILogger log);

    [LoggerMessage(11, LogLevel.Warning, "attempt {Attempt} of run {Run} was left open by an earlier session: {Reason}")]
    public static partial void AttemptClosed(this ILogger log, string run, int attempt, string reason);

    [LoggerMessage(12, LogLevel.Information, "{Measured} finished runs measured anew, {Left} not")]
    public static partial void RunsMeasured(this ILogger log, int measured, int left);

    [LoggerMessage(15, LogLevel.Error, "finished run {Run} keeps its losses, {Class}: {Reason}")]
    public static partial void RunNotMeasured(this ILogger log, string run, FailureClass? @class, string reason);
}
