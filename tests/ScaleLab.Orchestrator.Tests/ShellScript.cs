using System.Diagnostics;

namespace ScaleLab.Orchestrator.Tests;

/// <summary>Programs that tests write and start.</summary>
internal static class ShellScript
{
    /// <summary>Another process puts the program there: whatever this one forks at the same time would hold the file open for writing, and Linux executes no such file (ETXTBSY).</summary>
    /// <returns>Its path.</returns>
    public static string Write(string path, string text)
    {
        var draft = $"{path}.draft";
        File.WriteAllText(draft, text);
        using var install = Process.Start("install", ["-m", "700", draft, path]);
        install.WaitForExit();
        Assert.Equal(0, install.ExitCode);
        return path;
    }
}
