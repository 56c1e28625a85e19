using System.Globalization;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Spans of time as Slurm writes them (sbatch(1), <c>--time</c>).</summary>
internal static class SlurmTime
{
    /// <param name="text"><c>minutes</c>, <c>minutes:seconds</c>, <c>hours:minutes:seconds</c>, <c>days-hours</c>, <c>days-hours:minutes</c> or <c>days-hours:minutes:seconds</c>.</param>
    /// <returns>Null for what is none, such as <c>infinite</c>.</returns>
    public static TimeSpan? Parse(string text)
    {
        var (days, rest) = text.Split('-') is [var before, var after] ? (before, after) : (null, text);
        var parts = rest.Split(':');
        if (parts.Length > 3 || !parts.Append(days ?? "0").All(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return null;
        }

        var numbers = Array.ConvertAll(parts, p => int.Parse(p, CultureInfo.InvariantCulture));
        return (days, numbers) switch
        {
            (not null, [var hours, ..]) => new TimeSpan(int.Parse(days, CultureInfo.InvariantCulture), hours, numbers.ElementAtOrDefault(1), numbers.ElementAtOrDefault(2)),
            (_, [var minutes]) => TimeSpan.FromMinutes(minutes),
            (_, [var minutes, var seconds]) => new TimeSpan(0, minutes, seconds),
            (_, [var hours, var minutes, var seconds]) => new TimeSpan(hours, minutes, seconds),
            _ => null,
        };
    }
}
