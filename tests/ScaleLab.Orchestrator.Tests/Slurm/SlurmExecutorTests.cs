using System.Globalization;
using System.Text.RegularExpressions;
using ScaleLab.Contracts;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Slurm;

/// <summary>A cluster that takes less than it is given, or nothing.</summary>
public sealed partial class SlurmExecutorTests : IDisposable
{
    private static readonly ToolAnswer Full = new(1, "", "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)");

    private readonly TestSweep _sweep = new();
    private readonly SlurmSetup _setup;

    // Tasks that the user may still send.
    private int _room = int.MaxValue;
    private ToolAnswer? _answer;
    private int _jobs;

    public SlurmExecutorTests()
    {
        var site = SlurmSite.Parse("MaxArraySize = 1001\n", "main*|up|infinite|(null)|2|16\n");
        _setup = new SlurmSetup(_sweep.Plan, _sweep.Folder, new SlurmSpec { PackMinutes = 0 }, site, "/shared/scalelab-runner", new Dictionary<string, string>());
        foreach (var run in _sweep.Plan.Runs)
        {
            _sweep.Folder.Run(run.Key).Create(run.Spec);
        }
    }

    private IReadOnlyList<IReadOnlyList<string>> Units => [.. _sweep.Plan.Runs.Select(r => (string[])[r.Key])];

    public void Dispose() => _sweep.Dispose();

    [Theory]
    [InlineData(12)]
    [InlineData(11)]
    [InlineData(5)]
    [InlineData(1)]
    public async Task As_many_runs_are_sent_as_are_allowed_each_of_them_once(int room)
    {
        _room = room;
        var sent = await new SlurmSender(_setup, Client()).SendAsync(Units, recompute: false, TestContext.Current.CancellationToken);
        Assert.Equal(_sweep.Plan.Runs.Take(room).Select(r => r.Key), sent.SelectMany(s => s.Tasks).SelectMany(t => t));
        Assert.All(sent, s => Assert.NotNull(s.Job));
        Assert.Equal(sent.Select(s => s.Id).Order(), Submission.Open(_sweep.Folder).Select(s => s.Id).Order());
    }

    [Fact]
    public async Task Where_not_even_one_is_allowed_that_is_the_line()
    {
        _room = 0;
        var error = await Assert.ThrowsAsync<InputException>(() => SendAsync());
        Assert.Contains("not even one more job is allowed", error.Message, StringComparison.Ordinal);
        Assert.Empty(Submission.Open(_sweep.Folder));
    }

    [Fact]
    public async Task Whoever_leaves_is_told_what_did_not_go_into_the_queue()
    {
        _room = 5;
        var error = await Assert.ThrowsAsync<InputException>(() => SendAsync());
        Assert.Equal("Slurm took 5 of 12 runs, and allows you no more jobs now; the same command sends the others when some have ended", error.Message);
    }

    [Fact]
    public async Task A_submission_without_an_answer_may_have_arrived_and_stays_on_record()
    {
        _answer = new ToolAnswer(null, "", "sbatch gave no answer within 20 s");
        var error = await Assert.ThrowsAsync<InputException>(() => SendAsync());
        Assert.StartsWith("Slurm took 0 of 1 jobs and then gave no answer", error.Message, StringComparison.Ordinal);
        Assert.Single(Submission.Open(_sweep.Folder));
    }

    [Fact]
    public async Task A_refusal_ends_the_runs_that_are_there_and_those_that_come_later()
    {
        _answer = new ToolAnswer(1, "", "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified");
        await using var executor = Executor();
        await executor.AttachAsync(TestContext.Current.CancellationToken);
        foreach (var run in _sweep.Plan.Runs.Take(2))
        {
            var error = await Assert.ThrowsAsync<InputException>(() => executor.ExecuteAsync(_sweep.Folder.Run(run.Key), new Assignment(0), _ => ValueTask.CompletedTask, CancellationToken.None));
            Assert.StartsWith("sbatch refuses the job: Invalid account", error.Message, StringComparison.Ordinal);
        }
    }

    private SlurmClient Client() => new(AnswerAsync);

    private SlurmExecutor Executor() => new(_setup, Client(), new HastyTime(), _ => { });

    private async Task SendAsync()
    {
        await using var executor = Executor();
        await executor.SendAsync(Units, TestContext.Current.CancellationToken);
    }

    private Task<ToolAnswer> AnswerAsync(string name, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation)
    {
        Assert.Equal("sbatch", name);
        var tasks = 1 + int.Parse(Array().Match(File.ReadAllText(arguments.Last())).Groups[1].Value, CultureInfo.InvariantCulture);
        if (_answer is not null || tasks > _room)
        {
            return Task.FromResult(_answer ?? Full);
        }

        _room -= tasks;
        return Task.FromResult(new ToolAnswer(0, FormattableString.Invariant($"{++_jobs}\n"), ""));
    }

    [GeneratedRegex("--array=0-([0-9]+)")]
    private static partial Regex Array();
}
