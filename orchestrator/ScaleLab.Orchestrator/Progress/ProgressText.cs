using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts.Runs;

namespace ScaleLab.Orchestrator.Progress;

/// <summary>How progress is put into words.</summary>
internal static class ProgressText
{
    /// <summary><c>5/17 done, 2 running, 1 failed, 3m 20s left</c></summary>
    public static string Totals(ProgressSnapshot now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.Done}/{now.Total} done, {now.Running.Count} running{(now.Failed > 0 ? $", {now.Failed} failed" : "")}, {Duration(now.Remaining)} left");

    /// <summary>Two units at most: <c>2d 4h</c>, <c>1h 5m</c>, <c>3m 20s</c>, <c>12s</c>, <c>0.4s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays}d {time.Hours}h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours}h {time.Minutes}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}m {time.Seconds}s"),
        { TotalSeconds: >= 9.95 or 0 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s"),
    };

    /// <summary>As JSON files and tables spell it: <c>device_out_of_memory</c>.</summary>
    public static string Name(FailureClass failure) => JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString());

    /// <summary>Loss in nats, as wide as it means something.</summary>
    public static string Loss(double? loss) => loss?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
