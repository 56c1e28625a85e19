using System.Diagnostics;
using System.Text.Json.Nodes;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Workers;
using ScaleLab.Runner.Native;

namespace ScaleLab.Benchmarks;

/// <summary>Processes that answer with one line of JSON: the rival's, and our own half.</summary>
internal static class Rival
{
    public static void Load() => LibTorch.Load();

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "rivals", name);

    /// <summary>The Python that <c>PYTHON</c> names; else the one on the path, or Debian's for the CPU.</summary>
    public static ProcessStartInfo Python(string device) =>
        new(Environment.GetEnvironmentVariable("PYTHON") is { Length: > 0 } named ? named : device == "cpu" ? "/usr/bin/python3" : "python3");

    public static ProcessStartInfo Ours()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        WorkerEnvironment.Apply(start);
        return start;
    }

    /// <exception cref="InputException">It failed; what it said stands on standard error.</exception>
    public static JsonNode Ask(ProcessStartInfo start, IEnumerable<string> arguments)
    {
        using var process = Begin(start, arguments);
        return End(process);
    }

    public static Process Begin(ProcessStartInfo start, IEnumerable<string> arguments)
    {
        start.RedirectStandardOutput = true;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    public static JsonNode End(Process process)
    {
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonNode.Parse(output.Trim().Split('\n')[^1])!
            : throw new InputException($"{process.StartInfo.FileName} {process.StartInfo.ArgumentList[0]} failed; the rival needs a PyTorch (PYTHON names the interpreter)");
    }
}
