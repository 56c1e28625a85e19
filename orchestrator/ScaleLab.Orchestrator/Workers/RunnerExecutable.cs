using System.Diagnostics;
using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>Finds <c>scalelab-runner</c>: <c>SCALELAB_RUNNER</c>, else beside this program, else in the sibling folder of the build.</summary>
internal static class RunnerExecutable
{
    private const string Name = "scalelab-runner";

    // Not in a static constructor, which would hide the error that tells the user what to do.
    public static string Path => field ??= Find(Environment.GetEnvironmentVariable("SCALELAB_RUNNER"), AppContext.BaseDirectory);

    /// <param name="arguments">One by one: nothing passes through a shell.</param>
    public static ProcessStartInfo Start(params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(Path) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        WorkerEnvironment.Apply(start);
        return start;
    }

    internal static string Find(string? named, string beside)
    {
        if (named is { Length: > 0 })
        {
            return File.Exists(named) ? System.IO.Path.GetFullPath(named) : throw new InputException($"SCALELAB_RUNNER names '{named}', which does not exist");
        }

        // artifacts/bin/<Project>/<configuration>/
        var here = new DirectoryInfo(beside);
        string[] candidates =
        [
            System.IO.Path.Combine(here.FullName, Name),
            System.IO.Path.Combine(here.Parent?.Parent?.FullName ?? "", "ScaleLab.Runner", here.Name, Name),
        ];
        return Array.Find(candidates, File.Exists)
            ?? throw new InputException($"cannot find {Name} beside {here.FullName}; build the solution, or set SCALELAB_RUNNER");
    }
}
