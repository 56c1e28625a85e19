using System.Globalization;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Spans of time as Slurm writes them (sbatch(1), <c>--time</c>).</summary>
internal static class SlurmTime
{
    /// <param name="text"><c>minutes</c>, <c>minutes:seconds</c>, <c>hours:minutes:seconds</c>, <c>days-hours</c>, <c>days-hours:minutes</c> or <c>days-hours:minutes:seconds</c>.</param>
    /// <returns>Null for what is none, such as <c>infinite</c>, and for more than a <see cref="TimeSpan"/> holds.</returns>
    public static TimeSpan? Parse(string text)
    {
        var (days, rest) = text.Split('-') is [var before, var after] ? (before, after) : (null, text);
        var parts = rest.Split(':');
        if (parts.Length > 3 || !parts.Append(days ?? "0").All(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return null;
        }

        var numbers = Array.ConvertAll(parts, p => long.Parse(p, CultureInfo.InvariantCulture));
        var (hours, minutes, seconds) = (days, numbers) switch
        {
            (null, [var m]) => (0, m, 0),
            (null, [var m, var s]) => (0, m, s),
            _ => (numbers[0], numbers.ElementAtOrDefault(1), numbers.ElementAtOrDefault(2)),
        };
        var all = (((((long.Parse(days ?? "0", CultureInfo.InvariantCulture) * 24) + hours) * 60) + minutes) * 60) + seconds;
        return all <= (long)TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(all) : null;
    }
}
