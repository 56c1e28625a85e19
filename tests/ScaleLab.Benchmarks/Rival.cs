using System.Diagnostics;
using System.Text.Json.Nodes;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Workers;
using ScaleLab.Runner.Native;

namespace ScaleLab.Benchmarks;

/// <summary>Processes that answer with one line of JSON: the rival's, and our own half.</summary>
internal static class Rival
{
    private const string Debian = "/usr/bin/python3";

    public static void Load() => LibTorch.Load();

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "rivals", name);

    /// <summary>The Python that <c>PYTHON</c> names; else the one on the path, or Debian's for the CPU.</summary>
    public static ProcessStartInfo Python(string device) =>
        AsInstalled(Environment.GetEnvironmentVariable("PYTHON") is { Length: > 0 } named ? named : device == "cpu" ? Debian : "python3");

    /// <summary>Debian's Python on one thread.</summary>
    public static ProcessStartInfo OneThread()
    {
        var start = AsInstalled(Debian);
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        return start;
    }

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

    // Kernels that the shell names in place of OpenBLAS's own choice can halve the rival's speed.
    private static ProcessStartInfo AsInstalled(string python)
    {
        var start = new ProcessStartInfo(python);
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        return start;
    }
}
