using System.Runtime.ExceptionServices;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Devices;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>The folder of one sweep: every path in it, and the one way its files are replaced.</summary>
internal sealed class SweepFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Another driver holds it now: write nothing more.</summary>
    public bool IsLost { get; set; }

    /// <summary>The spec as it was last run.</summary>
    public string SpecFile => In("sweep.yaml");

    /// <summary>What a law said of the runs before they were trained.</summary>
    public string PredictionFile => In("prediction.json");

    public string PlanFile => In("plan.csv");

    public string LogFile => In("log.jsonl");

    public string OwnerFile => In("owner.json");

    /// <summary>Names the driver that should stop, by its nonce.</summary>
    public string CancelFile => In("cancel");

    public string ResultsFile => In("results.csv");

    public string CurvesFile => In("curves.csv");

    public string TimingsFile => In("timings.csv");

    /// <summary>What ran out of memory where.</summary>
    public string MemoryFile => In("memory.json");

    /// <summary>One folder for each call of sbatch.</summary>
    public string SlurmFolder => In("slurm");

    /// <summary>When which run was expected to end.</summary>
    public string ForecastFile => In("forecast.json");

    /// <summary>How fast the devices multiply.</summary>
    public string MachineFile => In("machine.json");

    /// <summary>What attempts took of their devices.</summary>
    public string UsageFile => In("usage.csv");

    public string ReportFile => In("report.html");

    /// <summary>What worker <paramref name="number"/> wrote to its standard error.</summary>
    public string WorkerLog(int number) => In(System.IO.Path.Combine("logs", FormattableString.Invariant($"worker-{number}.log")));

    /// <summary>Where the newest attempt at a run says why it failed, relative to this folder; null where it says nothing.</summary>
    public string? LogOf(string key)
    {
        var run = Run(key);
        var log = run.AttemptNumbers() is [.., var newest] ? run.Attempt(newest).LogFile : null;
        return File.Exists(log) ? System.IO.Path.GetRelativePath(Path, log) : null;
    }

    /// <exception cref="InputException">The key would lead out of this folder.</exception>
    public RunFolder Run(string key) =>
        key.Length > 0 && !key.StartsWith('.') && !key.AsSpan().ContainsAny('/', '\\', '\0')
            ? new RunFolder(System.IO.Path.Combine(Path, "runs", key))
            : throw new InputException($"'{key}' is no run key");

    /// <summary><c>cuda</c> where unfinished runs were planned for it; null else. So a resumed sweep stays on its device unasked.</summary>
    public string? PlannedDevice() => Runs().Where(r => !File.Exists(r.ResultFile)).Select(r => r.ReadSpec().Execution.Device).FirstOrDefault(d => d != DevicePool.Cpu);

    /// <summary>Reads something of each of many runs, several at a time: small files by the thousand are mostly waiting.</summary>
    /// <returns>In the order of <paramref name="runs"/>.</returns>
    public static TResult[] ReadEach<T, TResult>(IReadOnlyList<T> runs, Func<T, TResult> read)
    {
        var results = new TResult[runs.Count];
        try
        {
            Parallel.For(0, runs.Count, i => results[i] = read(runs[i]));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        return results;
    }

    /// <exception cref="InputException">The folder holds another sweep, or files that are no sweep's.</exception>
    public void RefuseOtherThan(string name)
    {
        if (!Directory.Exists(In("runs")))
        {
            // A session killed at its start leaves no more than its claim.
            if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any(e => !e.StartsWith(OwnerFile, StringComparison.Ordinal)))
            {
                throw new InputException($"{Path} is not empty and holds no sweep; choose another folder with --out");
            }

            return;
        }

        if (Runs().FirstOrDefault()?.ReadSpec().Sweep is { } sweep && sweep != name)
        {
            throw new InputException($"{Path} holds the sweep '{sweep}', not '{name}'; choose another folder with --out");
        }
    }

    /// <summary>Removes what killed writers left beside the files of this folder. Only for whoever holds it.</summary>
    public void Tidy()
    {
        // Another driver may be writing its claim this very moment; by the clock of the file system, whatever that shows, it is as new as ours.
        var claimed = File.GetLastWriteTimeUtc(OwnerFile);
        foreach (var left in Directory.EnumerateFiles(Path).Where(AtomicFile.IsAside))
        {
            if (claimed - File.GetLastWriteTimeUtc(left) > TimeSpan.FromMinutes(1))
            {
                File.Delete(left);
            }
        }
    }

    /// <summary>A reader sees the old file or the new one. A file that would not change is left alone, time stamp and all.</summary>
    /// <returns>Whether the file changed.</returns>
    public static bool Replace(string file, ReadOnlySpan<byte> content)
    {
        if (File.Exists(file) && content.SequenceEqual(File.ReadAllBytes(file)))
        {
            return false;
        }

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        AtomicFile.Replace(file, content);
        return true;
    }

    private IEnumerable<RunFolder> Runs() => Directory.Exists(In("runs"))
        ? Directory.EnumerateDirectories(In("runs")).Select(d => new RunFolder(d)).Where(r => r.Exists)
        : [];

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
