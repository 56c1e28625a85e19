using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Corpora;

/// <summary>Asks the runner for a prepared corpus; it prepares what is not there yet.</summary>
internal static class CorpusClient
{
    /// <exception cref="InputException">The data cannot be prepared; the runner's own line says why.</exception>
    public static async Task<CorpusInfo> PrepareAsync(DataSpec data, TextWriter progress, CancellationToken cancellation)
    {
        var start = RunnerExecutable.Start("data", JsonSerializer.Serialize(data, ContractJson.Line.DataSpec));
        start.RedirectStandardError = true;
        using var process = System.Diagnostics.Process.Start(start) ?? throw new InvalidOperationException($"cannot start {start.FileName}");
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
                0 => JsonSerializer.Deserialize(await answer, ContractJson.Default.CorpusInfo)!,
                2 => throw new InputException(said),
                var code => throw new InvalidOperationException($"{start.FileName} data ended with exit code {code}: {said}"),
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
