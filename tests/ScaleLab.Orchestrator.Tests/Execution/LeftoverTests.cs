using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Execution;

/// <summary>Checkpoints of workers that were killed between their result and their tidying.</summary>
public sealed class LeftoverTests : IDisposable
{
    private readonly TestSweep _sweep = new("grid: {n: [15k], d: [0.5M]}\ntrain: {schedule: cosine}");
    private readonly RunFolder _run;

    public LeftoverTests() => _run = _sweep.Folder.Run(_sweep.Plan.Runs.Single().Key);

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public async Task They_go_with_the_worker_that_its_driver_sees_end()
    {
        var summary = await _sweep.RunAsync(() => new KilledAfterResult());
        Assert.Equal((1, 0), (summary.Done, summary.Failed.Count));
        Assert.Empty(_run.Attempt(1).CheckpointSteps());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // whoever was seen to end has tidied, and is not looked at again
    public async Task They_go_with_the_next_session_where_the_driver_was_killed_too(bool wasSeen)
    {
        _run.Create(_sweep.Plan.Runs.Single().Spec);
        Leave(_run.ClaimAttempt());
        _run.Publish(new RunResult { Key = "", Status = RunStatus.Ok, Attempt = 1, Step = 5, Evaluation = _run.ReadSpec().Evaluation, Machine = new RunMachine { Host = "", Device = "cpu", Libtorch = "", Build = "" } });
        if (wasSeen)
        {
            UsageFile.Append(_sweep.Folder, new UsageRow { RunKey = _sweep.Plan.Runs.Single().Key, Device = "cpu", Seconds = 1, DeviceSeconds = 1 });
        }

        Assert.Equal(1, (await _sweep.RunAsync(() => new LocalExecutor(["cpu"], _ => throw new InvalidOperationException("no worker is needed"), TimeProvider.System))).Done);
        Assert.Equal(wasSeen, _run.Attempt(1).CheckpointSteps().Count > 0);
    }

    private static void Leave(AttemptFolder attempt) => Directory.CreateDirectory(attempt.CheckpointFolder(5));

    private sealed class KilledAfterResult : IRunExecutor
    {
        private readonly SimulatedExecutor _simulated = new(1);

        public IReadOnlyList<string> Devices => _simulated.Devices;

        public bool IsSimulated => true;

        public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
        {
            await _simulated.ExecuteAsync(folder, where, report, stop);
            Leave(folder.Attempt(1));
            return new RunFailure { Class = FailureClass.Lost, Message = "killed by signal 9" };
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
