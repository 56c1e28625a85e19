using System.Globalization;
using System.Text;
using ScaleLab.Orchestrator.Execution;

namespace ScaleLab.Orchestrator.Slurm;

/// <summary><c>slurm/&lt;id&gt;/</c>: one call of sbatch, written before it is made. Whoever comes later finds the job by its name.</summary>
internal sealed class Submission
{
    private readonly string _path;

    private Submission(string path)
    {
        _path = path;
        Id = Path.GetFileName(path);
        Name = Read("name") ?? "";
        Tasks = [.. (Read("tasks") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))];
    }

    public string Id { get; }

    /// <summary>Of the job: no other has it.</summary>
    public string Name { get; }

    /// <summary>Keys of the runs of each task, parents first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tasks { get; }

    /// <summary>The batch script.</summary>
    public string Script => In("job.sh");

    /// <summary>Number of the job; null where sbatch gave no answer.</summary>
    public string? Job => field ??= Read("job")?.Trim();

    /// <summary>Somebody asked its tasks to end: they queue no more.</summary>
    public bool IsCancelled => File.Exists(In("cancelled"));

    private bool HasEnded => File.Exists(In("ended"));

    /// <param name="folder">The sweep.</param>
    /// <param name="sweep">Its name.</param>
    /// <param name="tasks">Keys of the runs of each task.</param>
    /// <param name="script">Makes the script for a job name and a folder within the sweep's.</param>
    public static Submission Create(SweepFolder folder, string sweep, IReadOnlyList<IReadOnlyList<string>> tasks, Func<string, string, SbatchScript> script)
    {
        var id = Guid.NewGuid().ToString("N")[..8];
        var name = $"scalelab-{sweep}-{id}";
        var path = Directory.CreateDirectory(Path.Combine(folder.SlurmFolder, id)).FullName;
        Write(Path.Combine(path, "tasks"), string.Concat(tasks.Select(t => string.Join(' ', t) + "\n")));
        Write(Path.Combine(path, "job.sh"), script(name, Path.GetRelativePath(folder.Path, path)).ToString());
        Write(Path.Combine(path, "name"), name);
        return new Submission(path);
    }

    /// <summary>Those that may have tasks in Slurm's queue.</summary>
    public static IReadOnlyList<Submission> Open(SweepFolder folder) => !Directory.Exists(folder.SlurmFolder)
        ? []
        : [.. Directory.EnumerateDirectories(folder.SlurmFolder).Select(d => new Submission(d)).Where(s => s.Name.Length > 0 && !s.HasEnded)];

    public void Accepted(string job) => Write(In("job"), job);

    public void Cancel() => Write(In("cancelled"), "");

    /// <summary>It has no task in the queue, and will not get one.</summary>
    public void End() => Write(In("ended"), "");

    /// <summary>How the runner of a task ended; null while it has not, and where nobody lived to say so.</summary>
    public int? ExitOf(int task) => int.TryParse(Read(string.Create(CultureInfo.InvariantCulture, $"{task}.exit"))?.Trim(), CultureInfo.InvariantCulture, out var code) ? code : null;

    /// <summary>What a task printed.</summary>
    public string LogOf(int task) => In(string.Create(CultureInfo.InvariantCulture, $"{task}.log"));

    /// <summary>The task wrote something: its node sees this folder.</summary>
    public bool HasTrace(int task) => File.Exists(LogOf(task)) || ExitOf(task) is not null;

    private static void Write(string file, string text) => SweepFolder.Replace(file, Encoding.UTF8.GetBytes(text));

    private string In(string name) => Path.Combine(_path, name);

    private string? Read(string name)
    {
        try
        {
            return File.ReadAllText(In(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
