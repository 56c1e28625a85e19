using System.Buffers;
using System.Globalization;
using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary>The text that <c>sbatch</c> gets: a job array whose tasks each train some run folders.</summary>
internal sealed record SbatchScript
{
    /// <summary>Options that the script sets itself; the protocol hangs on them.</summary>
    public static readonly string[] Reserved =
        ["array", "job-name", "output", "error", "open-mode", "requeue", "no-requeue", "signal", "wrap", "test-only", "parsable", "wait", "chdir", "dependency", "ntasks", "nodes", "input", "help", "version"];

    // Before the limit, for the checkpoint; Slurm looks at the clock twice a minute.
    private const int LeadSeconds = 120;

    // The estimate is of one process's own allocations.
    private const double MemoryMargin = 1.5;

    private static readonly SearchValues<char> Special = SearchValues.Create(" \t\"'\\#");

    public required string Name { get; init; }

    /// <summary>Of the sweep, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>Of this submission, within the sweep's.</summary>
    public required string Submission { get; init; }

    public required int Tasks { get; init; }

    public required SlurmSpec Options { get; init; }

    /// <summary>The runner, absolute.</summary>
    public required string Runner { get; init; }

    /// <summary>Of the runner.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The largest estimate of its runs; null where it says nothing about the memory of a node.</summary>
    public long? MemoryBytes { get; init; }

    public bool Recompute { get; init; }

    /// <summary>What a runner on another machine must be told: its parent there is no process of ours.</summary>
    /// <param name="devices">That a task holds.</param>
    public static IReadOnlyDictionary<string, string> EnvironmentHere(double devices)
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in WorkerEnvironment.Variables())
        {
            environment[name] = value;
        }

        foreach (var name in (string[])["DOTNET_ROOT", "SCALELAB_HEAP_LIMIT", "SCALELAB_LIBTORCH"])
        {
            if (System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        environment[AttemptAccount.DevicesVariable] = devices.ToString(CultureInfo.InvariantCulture);
        environment["SCALELAB_DATA"] = CorpusStore.Default.Root;
        return environment;
    }

    /// <returns>What is wrong with further options of the user; null where nothing is.</returns>
    public static string? Problem(string extra) =>
        extra.Any(char.IsControl) ? "holds a control character"
        : Array.Exists(Reserved, r => r.StartsWith(extra.TrimStart('-').Split('=')[0], StringComparison.Ordinal)) ? "is set by ScaleLab itself" // sbatch takes abbreviations
        : null;

    /// <exception cref="InputException">A path cannot stand in a script.</exception>
    public override string ToString()
    {
        var text = new StringBuilder("#!/bin/bash\n");
        Option("job-name", Name);
        Option("array", string.Create(CultureInfo.InvariantCulture, $"0-{Tasks - 1}{(Options.ArrayParallelism is { } most && most < Tasks ? $"%{most}" : "")}"));
        Option("output", $"{Folder}/{Submission}/".Replace("%", "%%", StringComparison.Ordinal) + "%a.log");
        Option("open-mode", "append");
        Option("requeue");
        Option("signal", string.Create(CultureInfo.InvariantCulture, $"B:USR1@{Lead(Options.Limit)}"));
        Option("ntasks", "1");
        Option("cpus-per-task", Environment.GetValueOrDefault("OMP_NUM_THREADS", "1"));
        if (MemoryBytes is { } bytes)
        {
            Option("mem", string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(MemoryMargin * bytes / (1 << 20) / 100) * 100:0}M"));
        }

        Option("partition", Options.Partition, Options.Partition is not null);
        Option("account", Options.Account, Options.Account is not null);
        Option("time", Options.Time, Options.Time is not null);
        Option("gres", Options.Gres, Options.Gres is not null);
        foreach (var extra in Options.Extra)
        {
            text.Append(CultureInfo.InvariantCulture, $"#SBATCH {extra}\n");
        }

        text.Append('\n');
        foreach (var (name, value) in Environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"export {name}={Quoted(value)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $$"""

            cd {{Quoted(Folder)}} || exit 66
            job={{Quoted(Submission)}}
            task=$SLURM_ARRAY_TASK_ID
            self=${SLURM_ARRAY_JOB_ID}_$task
            rm -f "$job/$task.exit"

            # Line k of 'tasks' names the runs of task k. What has a result is not trained again.
            mapfile -t lines < "$job/tasks"
            read -r -a runs <<< "${lines[task]}"

            # Before the time limit or a preemption: a checkpoint, and exit code 75; 143 from a runner that had hardly begun.
            stopped=
            runner=
            trap 'stopped=1; [ -z "$runner" ] || kill -TERM "$runner" 2> /dev/null' TERM USR1
            {{Quoted(Runner)}} run {{(Recompute ? "--recompute " : "")}}"${runs[@]/#/runs/}" &
            runner=$!
            [ -z "$stopped" ] || kill -TERM "$runner" 2> /dev/null
            wait "$runner"
            code=$?
            while [ -n "$stopped" ]; do
                stopped=
                wait "$runner"
                code=$?
            done

            # Back into the queue, whatever the site does with jobs that it preempts. A job that was cancelled is not RUNNING any more.
            if [[ $code = 75 || $code = 143 ]] && [ ! -e "$job/cancelled" ] && [ "$(squeue -h -j "$self" -o %T)" = RUNNING ] && scontrol requeue "$self"; then
                exit 0
            fi
            echo "$code" > "$job/$task.exit"
            exit "$code"

            """);
        return text.ToString();

        void Option(string name, string? value = null, bool given = true)
        {
            if (given)
            {
                text.Append(CultureInfo.InvariantCulture, $"#SBATCH --{name}{(value is null ? "" : "=" + Argument(value))}\n");
            }
        }
    }

    private static int Lead(TimeSpan? limit) => limit is { } time ? Math.Clamp((int)(time.TotalSeconds / 4), 10, LeadSeconds) : LeadSeconds;

    // sbatch reads its lines as a shell would, less the expansions.
    private static string Argument(string value) => Printable(value).AsSpan().ContainsAny(Special) ? $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : value;

    private static string Quoted(string value) => $"'{Printable(value).Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Printable(string value) => value.Any(char.IsControl) ? throw new InputException($"'{value.ReplaceLineEndings(" ")}' cannot stand in a batch script") : value;
}
