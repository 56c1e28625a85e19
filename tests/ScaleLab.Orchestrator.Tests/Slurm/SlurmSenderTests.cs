using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Slurm;

/// <summary>What becomes of runs that Slurm takes, takes in part, or refuses.</summary>
public sealed class SlurmSenderTests : IDisposable
{
    private const string Full = "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";
    private const string Account = "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified";

    private readonly TestSweep _sweep = new();
    private readonly List<string> _cancelled = [];
    private readonly List<int> _arrays = [];

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task Arrays_are_as_large_as_the_site_allows()
    {
        await SendAsync(_ => new ToolAnswer(0, "7\n", ""));
        Assert.Equal([5, 5, 2], _arrays);
    }

    [Fact]
    public async Task A_user_who_may_have_few_jobs_gets_smaller_arrays_and_the_rest_waits()
    {
        var room = 6;
        var sent = await SendAsync(tasks => tasks > room ? new ToolAnswer(1, "", Full) : new ToolAnswer(0, string.Create(CultureInfo.InvariantCulture, $"{room -= tasks}\n"), ""));
        Assert.Equal([5, 1], sent.Select(s => s.Tasks.Count));
        Assert.Empty(_cancelled);
    }

    [Fact]
    public async Task A_user_who_may_have_no_job_at_all_is_told_so()
    {
        var error = await Assert.ThrowsAsync<InputException>(() => SendAsync(_ => new ToolAnswer(1, "", Full)));
        Assert.Contains("not even one more job is allowed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_taken_before_a_refusal_does_not_stay_in_the_queue()
    {
        var error = await Assert.ThrowsAsync<InputException>(() => SendAsync(_ => _arrays.Count < 3 ? new ToolAnswer(0, string.Create(CultureInfo.InvariantCulture, $"{_arrays.Count}\n"), "") : new ToolAnswer(1, "", Account)));
        Assert.Equal("sbatch refuses the job: Invalid account or account/partition combination specified; 'sacctmgr show associations user=$USER' lists your accounts and partitions: choose with --account and --partition", error.Message);
        Assert.Equal(["1", "2"], _cancelled);
        Assert.All(Submission.Open(_sweep.Folder), s => Assert.True(s.IsCancelled));
    }

    [Fact]
    public async Task A_controller_that_has_not_heard_of_its_nodes_yet_is_asked_again_for_a_while()
    {
        var sender = Sender(_ => new ToolAnswer(1, "", "sbatch: error: Batch job submission failed: Requested node configuration is not available"));
        for (var look = 1; look < 10; look++)
        {
            Assert.Empty(await SendAsync(sender));
        }

        Assert.StartsWith("sbatch refuses the job: Requested node configuration", (await Assert.ThrowsAsync<InputException>(() => SendAsync(sender))).Message, StringComparison.Ordinal);
        Assert.Empty(Submission.Open(_sweep.Folder));
    }

    [Fact]
    public async Task No_answer_is_no_refusal()
    {
        var sent = await SendAsync(_ => new ToolAnswer(null, "", "sbatch gave no answer within 20 s"));
        Assert.Equal([null, null, null], sent.Select(s => s.Job));
        Assert.Equal(3, Submission.Open(_sweep.Folder).Count);
    }

    private Task<IReadOnlyList<Submission>> SendAsync(Func<int, ToolAnswer> sbatch) => SendAsync(Sender(sbatch));

    private Task<IReadOnlyList<Submission>> SendAsync(SlurmSender sender) => sender.SendAsync([.. _sweep.Plan.Runs.Select(r => (string[])[r.Key])], recompute: false, CancellationToken.None);

    private SlurmSender Sender(Func<int, ToolAnswer> sbatch)
    {
        var site = SlurmSite.Parse("MaxArraySize = 5\n", "main*|up|infinite|(null)|1|16\n");
        var setup = new SlurmSetup(_sweep.Plan, _sweep.Folder, new SlurmSpec { PackMinutes = 0 }, site, "/r", new Dictionary<string, string>());
        return new SlurmSender(setup, new SlurmClient(Shell));

        Task<ToolAnswer> Shell(string name, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation)
        {
            if (name == "scancel")
            {
                _cancelled.AddRange(arguments);
                return Task.FromResult(new ToolAnswer(0, "", ""));
            }

            var tasks = File.ReadLines(Path.Combine(Path.GetDirectoryName(arguments.Last())!, "tasks")).Count();
            _arrays.Add(tasks);
            return Task.FromResult(sbatch(tasks));
        }
    }
}
