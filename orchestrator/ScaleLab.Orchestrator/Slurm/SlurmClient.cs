using System.Globalization;
using System.Text.RegularExpressions;
using ScaleLab.Contracts;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>What ScaleLab asks of Slurm, in Slurm's own commands. No accounting database is needed.</summary>
internal sealed partial class SlurmClient(SlurmShell shell)
{
    /// <summary>For an answer of a controller that is alive but busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public SlurmClient()
        : this(SlurmTool.RunAsync)
    {
    }

    /// <param name="script">File with the batch script.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The job's number where it was accepted.</returns>
    public async Task<(string? Job, ToolAnswer Answer)> SubmitAsync(string script, CancellationToken cancellation)
    {
        var answer = await shell("sbatch", ["--parsable", script], Patience, cancellation);
        return (answer.Succeeded ? answer.Output.Trim().Split(';')[0] : null, answer);
    }

    /// <summary>Asks where and when the script's first task would start; nothing is queued.</summary>
    public async Task<(ExpectedStart? Start, ToolAnswer Answer)> TestAsync(string script, CancellationToken cancellation)
    {
        // It answers on standard error.
        var answer = await shell("sbatch", ["--test-only", script], Patience, cancellation);
        return (answer.Succeeded && Expectation().Match(answer.Error) is { Success: true } m
            ? new ExpectedStart(DateTime.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value, m.Groups[3].Value)
            : null, answer);
    }

    /// <summary>Tasks of some jobs, those that ended a few minutes ago (MinJobAge) included.</summary>
    /// <param name="names">Of the jobs.</param>
    /// <param name="limit">For the answer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null where Slurm gave no answer: nothing follows from that.</returns>
    public async Task<IReadOnlyList<QueuedTask>?> QueueAsync(IEnumerable<string> names, TimeSpan limit, CancellationToken cancellation)
    {
        var answer = await shell("squeue", ["--noheader", "--array", "--states=all", $"--name={string.Join(',', names)}", "--format=%F|%K|%j|%T|%B|%S|%r"], limit, cancellation);
        return answer.Succeeded ? [.. answer.Output.Split('\n').Select(QueuedTask.Parse).OfType<QueuedTask>()] : null;
    }

    /// <param name="tasks">Such as <c>123_4</c>; or jobs.</param>
    /// <param name="signal">Sent to the batch script; null to end them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<bool> CancelAsync(IEnumerable<string> tasks, string? signal, CancellationToken cancellation)
    {
        var done = true;

        // A command line does not hold ten thousand.
        foreach (var some in tasks.Chunk(500))
        {
            done &= (await shell("scancel", [.. signal is null ? Array.Empty<string>() : ["--batch", $"--signal={signal}"], .. some], Patience, cancellation)).Succeeded;
        }

        return done;
    }

    /// <exception cref="InputException">Slurm is not here, or does not answer.</exception>
    public async Task<SlurmSite> SiteAsync(CancellationToken cancellation)
    {
        // Whoever has none is told so by the name that everybody knows.
        await shell("sbatch", ["--version"], Patience, cancellation);
        var config = await shell("scontrol", ["show", "config"], Patience, cancellation);
        var partitions = await shell("sinfo", ["--noheader", "--format=%P|%a|%l|%G|%D|%c"], Patience, cancellation);
        return config.Succeeded && partitions.Succeeded
            ? SlurmSite.Parse(config.Output, partitions.Output)
            : throw new InputException($"Slurm does not answer ({(config.Succeeded ? partitions : config).Reason}); nothing was changed: try again when 'sinfo' works");
    }

    [GeneratedRegex(@"to start at (\S+) using .* on nodes (\S+) in partition (\S+)")]
    private static partial Regex Expectation();
}

/// <summary>The answer of <c>sbatch --test-only</c>.</summary>
/// <param name="Start">By the controller's clock.</param>
/// <param name="Nodes">Where.</param>
/// <param name="Partition">In which.</param>
internal sealed record ExpectedStart(DateTime Start, string Nodes, string Partition);

/// <summary>A task of a job array, as <c>squeue</c> shows it.</summary>
/// <param name="Job">Number of the array.</param>
/// <param name="Index">Within the array.</param>
/// <param name="Name">Of the job.</param>
/// <param name="State">In Slurm's words: <c>RUNNING</c>.</param>
/// <param name="Host">Where it runs, or ran.</param>
/// <param name="Start">When it began, or is expected to.</param>
/// <param name="Reason">Why it waits.</param>
internal sealed record QueuedTask(string Job, int Index, string Name, string State, string Host, DateTime? Start, string Reason)
{
    // What squeue(1) lists under JOB STATE CODES, less what is on its way.
    private static readonly string[] Ends = ["BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"];

    public string Id => FormattableString.Invariant($"{Job}_{Index}");

    public bool HasEnded => Array.IndexOf(Ends, State) >= 0;

    public bool IsPending => State is "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "SPECIAL_EXIT" or "RESV_DEL_HOLD";

    /// <summary>A node refused it, and Slurm holds it until somebody says otherwise.</summary>
    public bool IsStranded => IsPending && Reason.Replace('_', ' ').Contains("requeued held", StringComparison.OrdinalIgnoreCase);

    public static QueuedTask? Parse(string line) =>
        line.Split('|', 7) is [var job, var index, var name, var state, var host, var start, var reason] && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var k)
            ? new QueuedTask(job, k, name, state, host, DateTime.TryParse(start, CultureInfo.InvariantCulture, out var at) ? at : null, reason)
            : null;
}
