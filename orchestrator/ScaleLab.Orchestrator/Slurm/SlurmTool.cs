using System.ComponentModel;
using System.Diagnostics;
using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Runs one of Slurm's commands. None of them may be waited for without end: a controller that is down makes them hang.</summary>
internal static class SlurmTool
{
    public const string Missing = "is not on the PATH: go to a login node of the cluster, or load its Slurm module; --executor local trains here";

    /// <param name="name"><c>sbatch</c>, <c>squeue</c>, ….</param>
    /// <param name="arguments">One by one: nothing passes through a shell.</param>
    /// <param name="limit">It is killed then.</param>
    /// <param name="cancellation">Kills it too.</param>
    /// <exception cref="InputException">There is no such command.</exception>
    public static async Task<ToolAnswer> RunAsync(string name, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Messages and dates in one form, wherever the user's shell comes from.
        start.Environment["LC_ALL"] = "C";
        start.Environment["SLURM_TIME_FORMAT"] = "standard";
        using var process = Start(start);
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limit);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            return new ToolAnswer(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ToolAnswer(null, "", FormattableString.Invariant($"{name} gave no answer within {limit.TotalSeconds:0.#} s"));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw new InputException($"{start.FileName} {Missing}");
        }
    }
}

/// <param name="Code">Exit code; null where it was killed for want of an answer.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it complained about.</param>
internal sealed record ToolAnswer(int? Code, string Output, string Error)
{
    // The words of slurm_errno.c for a controller that is down, starting, or too busy.
    private static readonly string[] Passing =
    [
        "Unable to contact slurm controller", "Socket timed out", "Connection refused", "Connection timed out", "temporarily unable", "Transport endpoint",
        "Unexpected message received", "in standby mode", "Resource temporarily unavailable", "Zero Bytes were transmitted", "Communication connection failure", "Protocol authentication error",
    ];

    public bool Succeeded => Code == 0;

    /// <summary>It may succeed if it is asked again.</summary>
    public bool IsPassing => Code is null || (Code != 0 && Passing.Any(p => Error.Contains(p, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The complaint in one line.</summary>
    public string Reason => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(l => l.Replace("sbatch: ", "", StringComparison.Ordinal).Replace("error: ", "", StringComparison.Ordinal))
        .FirstOrDefault(l => !l.StartsWith("Try \"", StringComparison.Ordinal)) ?? FormattableString.Invariant($"exit code {Code}");
}

/// <summary>Runs a command of Slurm: <see cref="SlurmTool.RunAsync"/>, unless a test answers in its place.</summary>
internal delegate Task<ToolAnswer> SlurmShell(string name, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation);
