using System.Reflection;

namespace ScaleLab.Contracts;

/// <summary>What this program was built from.</summary>
public static class BuildInfo
{
    /// <summary>Version and commit: <c>0.1.0+3f2a9c1</c>.</summary>
    public static string Version { get; } = Short(
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown");

    private static string Short(string version) => version.IndexOf('+') is var plus and > 0 ? version[..Math.Min(version.Length, plus + 8)] : version;
}
