using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Doctor;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Orchestrator.Tests.Doctor;

public sealed class SlurmChecksTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scalelab-").FullName;

    [Fact]
    public async Task A_node_that_reads_what_was_written_here_shares_the_disk() =>
        Assert.Equal((CheckOutcome.Ok, $"a node sees {_folder}"), await SharedDiskAsync(file => new ToolAnswer(0, File.ReadAllText(file), "")));

    [Theory]
    [InlineData(66, "")]
    [InlineData(0, "another file of that name\n")]
    public async Task One_that_does_not_is_a_failure(int code, string read) =>
        Assert.Equal((CheckOutcome.Fail, $"a node does not see {_folder}"), await SharedDiskAsync(_ => new ToolAnswer(code, read, "cat: No such file or directory")));

    [Fact]
    public async Task A_cluster_without_a_free_node_is_none() =>
        Assert.Equal(
            (CheckOutcome.Warn, "no node could be asked within 10 s (srun: Unable to allocate resources: Requested nodes are busy)"),
            await SharedDiskAsync(_ => new ToolAnswer(1, "", "srun: error: Unable to allocate resources: Requested nodes are busy\n")));

    [Fact]
    public async Task A_machine_without_slurm_is_one_finding()
    {
        var check = Assert.Single(await new SlurmChecks((name, _, _, _) => throw new InputException($"{name} {SlurmTool.Missing}"), new SlurmSpec()).AllAsync(_folder, TestContext.Current.CancellationToken));
        Assert.Equal(CheckOutcome.Fail, check.Outcome);
        Assert.StartsWith("sbatch is not on the PATH", check.Finding, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        // Nothing is left behind.
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        Directory.Delete(_folder);
    }

    private async Task<(CheckOutcome Outcome, string Finding)> SharedDiskAsync(Func<string, ToolAnswer> node)
    {
        var checks = await new SlurmChecks(Answer, new SlurmSpec()).AllAsync(_folder, TestContext.Current.CancellationToken);
        var shared = Assert.Single(checks, c => c.Name == "shared disk");
        return (shared.Outcome, shared.Finding);

        Task<ToolAnswer> Answer(string name, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation) => Task.FromResult((name, arguments.Last()) switch
        {
            ("srun", var file) when file.StartsWith(_folder, StringComparison.Ordinal) => node(file),
            ("sinfo", not "--version") => new ToolAnswer(0, "main*|up|infinite|gpu:4|2|16\n", ""),
            ("scontrol", not "--version") => new ToolAnswer(0, "SLURM_VERSION           = 22.05.8\n", ""),
            _ => new ToolAnswer(0, "slurm 22.05.8\n", ""),
        });
    }
}
