using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Doctor;

/// <summary>What a cluster says about itself, and what its nodes see of this machine.</summary>
/// <param name="shell">Runs Slurm's commands.</param>
/// <param name="options">Where a node is asked.</param>
internal sealed class SlurmChecks(SlurmShell shell, SlurmSpec options)
{
    private static readonly string[] Commands = ["sbatch", "squeue", "scancel", "scontrol", "sinfo", "srun"];

    // A node that is free answers at once; a full cluster is no fault.
    private const string Wait = "10";

    // Of cat's failure on the node: srun's own, where there is no node, is 1.
    private const int Unseen = 66;

    /// <param name="folder">Must be seen by the nodes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<Check>> AllAsync(string folder, CancellationToken cancellation)
    {
        SlurmSite site;
        try
        {
            foreach (var command in Commands)
            {
                await shell(command, ["--version"], SlurmClient.Patience, cancellation);
            }

            site = await new SlurmClient(shell).SiteAsync(cancellation);
        }
        catch (InputException e)
        {
            return [new Check("slurm", CheckOutcome.Fail, e.Message, "on a cluster, ask its administrators how Slurm's commands come onto the PATH, and whether slurmctld is up")];
        }

        return [Slurm(site), Partitions(site), Gpus(site), Limits(site), Request(site), await SharedAsync(folder, cancellation), await RunnerAsync(cancellation)];
    }

    private static Check Slurm(SlurmSite site) => new("slurm", CheckOutcome.Ok, $"{site.Version}, {string.Join(", ", Commands)}; accounting: {site.Settings.GetValueOrDefault("AccountingStorageType", "unknown")} (not needed)");

    private static Check Partitions(SlurmSite site) => new(
        "partitions",
        site.Partitions.Any(p => p.IsUp) ? CheckOutcome.Ok : CheckOutcome.Fail,
        string.Join("; ", site.Partitions.GroupBy(p => p.Name).Select(g => FormattableString.Invariant($"{g.Key}{(g.First().IsDefault ? " (default)" : "")} {g.Sum(p => p.Nodes)} nodes, at most {g.First().LimitText}{(g.All(p => p.IsUp) ? "" : ", not up")}"))),
        site.Partitions.Any(p => p.IsUp) ? null : "no partition is up: ask the administrators, or look at 'sinfo -R'");

    private static Check Gpus(SlurmSite site)
    {
        var gpus = site.Partitions.Where(p => p.Has("gpu") || p.Has("shard")).Select(p => $"{p.Name} {p.Gres}").Distinct().ToList();
        return gpus.Count > 0
            ? new Check("gres", CheckOutcome.Ok, string.Join("; ", gpus))
            : new Check("gres", CheckOutcome.Warn, "no node has a gpu or a shard", "leave out --gres: runs train on the nodes' CPUs");
    }

    private static Check Limits(SlurmSite site)
    {
        string Of(string name) => site.Settings.GetValueOrDefault(name, "unknown");
        return new Check("limits", CheckOutcome.Ok, string.Create(CultureInfo.InvariantCulture, $"arrays of {site.MaxArraySize} tasks, {Of("MaxJobCount")} jobs; PreemptMode {Of("PreemptMode")}; {Of("KillWait")} from SIGTERM to SIGKILL; ended jobs are known for {Of("MinJobAge")}"));
    }

    private Check Request(SlurmSite site)
    {
        try
        {
            site.Check(options);
            return new Check("request", CheckOutcome.Ok, string.Create(CultureInfo.InvariantCulture, $"{site.Room(options)} tasks at a time on an empty cluster"));
        }
        catch (InputException e)
        {
            return new Check("request", CheckOutcome.Fail, e.Message, "choose with --partition, --time and --gres");
        }
    }

    private async Task<Check> SharedAsync(string folder, CancellationToken cancellation)
    {
        var (file, word) = (Path.Combine(folder, $".doctor.{Guid.NewGuid():N}"), Guid.NewGuid().ToString("N"));
        try
        {
            await File.WriteAllTextAsync(file, word, cancellation);
            return await AskNodeAsync(["sh", "-c", FormattableString.Invariant($"cat \"$0\" || exit {Unseen}"), file], cancellation) switch
            {
                { Code: 0, Output: var read } when read.Trim() == word => new Check("shared disk", CheckOutcome.Ok, $"a node sees {folder}"),
                { Code: 0 or Unseen } => new Check("shared disk", CheckOutcome.Fail, $"a node does not see {folder}", "go to a folder on a disk that all nodes share, or give --out"),
                var other => Unasked("shared disk", other),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Check("shared disk", CheckOutcome.Fail, e.Message, "go to a folder that can be written");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<Check> RunnerAsync(CancellationToken cancellation)
    {
        string runner;
        try
        {
            runner = RunnerExecutable.Path;
        }
        catch (InputException e)
        {
            return new Check("node runner", CheckOutcome.Fail, e.Message, "build the solution, or set SCALELAB_RUNNER to the runner");
        }

        return await AskNodeAsync([runner, "--version"], cancellation) switch
        {
            { Code: 0, Output: var version } when version.Trim() == BuildInfo.Version => new Check("node runner", CheckOutcome.Ok, $"a node starts {runner}"),
            { Code: 0, Output: var version } => new Check("node runner", CheckOutcome.Warn, $"on a node {runner} is {version.Trim()}, this is {BuildInfo.Version}", "build the solution again, so that both are of one commit"),
            { Code: 2 or 13 or 126 or 127 } => new Check("node runner", CheckOutcome.Fail, $"a node cannot start {runner}", "put the build on a disk that all nodes share, or set SCALELAB_RUNNER"),
            var other => Unasked("node runner", other),
        };
    }

    private Task<ToolAnswer> AskNodeAsync(string[] command, CancellationToken cancellation) => shell(
        "srun",
        [
            "--quiet", "--ntasks=1", "--time=1", $"--immediate={Wait}", "--job-name=scalelab-doctor",
            .. options.Partition is null ? [] : (string[])[$"--partition={options.Partition}"],
            .. options.Account is null ? [] : (string[])[$"--account={options.Account}"],
            .. command,
        ],
        SlurmClient.Patience,
        cancellation);

    private static Check Unasked(string name, ToolAnswer answer) => new(name, CheckOutcome.Warn, $"no node could be asked within {Wait} s ({answer.Reason})", "ask again when a node is free");
}
