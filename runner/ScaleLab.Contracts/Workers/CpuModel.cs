using System.Text.RegularExpressions;

namespace ScaleLab.Contracts.Workers;

/// <summary>The CPU of this machine, as its maker calls it.</summary>
public static partial class CpuModel
{
    /// <summary>Null where the system does not say.</summary>
    public static string? Name => field ??= Read();

    private static string? Read()
    {
        try
        {
            return Line().Match(File.ReadAllText("/proc/cpuinfo")) is { Success: true } match ? match.Groups[1].Value.Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^model name\s*:(.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
