using System.Diagnostics;
using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Workers;

/// <summary>A question to a runner process that answers and ends.</summary>
internal static class RunnerQuery
{
    /// <param name="arguments">Verb first.</param>
    /// <param name="progress">Takes what the runner says on standard error, but for its error line.</param>
    /// <param name="cancellation">Kills the runner.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InputException">The runner refused; the message is its own.</exception>
    public static async Task<string> AskAsync(string[] arguments, TextWriter progress, CancellationToken cancellation)
    {
        var start = RunnerExecutable.Start(arguments);
        start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {start.FileName}");
        process.StandardInput.Close();
        try
        {
            var answer = process.StandardOutput.ReadToEndAsync(cancellation);
            var said = "";
            while (await process.StandardError.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith("error: ", StringComparison.Ordinal))
                {
                    said = line["error: ".Length..];
                }
                else
                {
                    await progress.WriteLineAsync(line);
                }
            }

            await process.WaitForExitAsync(cancellation);
            return process.ExitCode switch
            {
                0 => await answer,
                2 => throw new InputException(said),
                var code => throw new InvalidOperationException($"{start.FileName} {arguments[0]} ended with exit code {code}: {said}"),
            };
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
