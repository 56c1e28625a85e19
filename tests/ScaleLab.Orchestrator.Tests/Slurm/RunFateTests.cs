using Microsoft.Extensions.Time.Testing;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Slurm;
using ScaleLab.Orchestrator.Tests.Execution;

namespace ScaleLab.Orchestrator.Tests.Slurm;

/// <summary>The folder of a run is the truth, Slurm's word a hint.</summary>
public sealed class RunFateTests : IDisposable
{
    private readonly TestSweep _sweep = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RunFate _fate;
    private readonly RunFolder _folder;
    private readonly Submission _submission;
    private readonly FollowedRun _run;

    public RunFateTests()
    {
        var spec = _sweep.Plan.Runs[0].Spec;
        (_folder, _fate) = (_sweep.Folder.Run(spec.Key), new RunFate(_sweep.Folder, _time));
        _folder.Create(spec);
        _submission = Submission.Create(_sweep.Folder, "sample", [[spec.Key]], (name, path) => new SbatchScript { Name = name, Folder = _sweep.Folder.Path, Submission = path, Tasks = 1, Options = new SlurmSpec(), Runner = "/r", Environment = new Dictionary<string, string>() });
        _run = new FollowedRun(_folder, false, _ => ValueTask.CompletedTask);
        _run.Sent(_submission, 0, _time.GetTimestamp());
    }

    public void Dispose() => _sweep.Dispose();

    [Fact]
    public void A_result_is_success_whatever_the_state()
    {
        Begin();
        _folder.Publish(new RunResult { Key = _run.Key, Status = RunStatus.Ok, Attempt = 1, Step = 1, Machine = new RunMachine { Host = "n1", Device = "cpu", Libtorch = "", Build = "" } });
        Assert.Equal(Fate.Over(null), _fate.Of(_run, answered: true, Task("TIMEOUT")));
        Assert.Equal(Fate.Over(null), _fate.Of(_run, answered: false, null));
    }

    [Fact]
    public void Silence_of_slurm_decides_nothing()
    {
        Begin();
        for (var hour = 0; hour < 24; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(default, _fate.Of(_run, answered: false, null));
        }

        Assert.Null(_folder.Attempt(1).ReadFailure());
    }

    [Fact]
    public void A_run_that_slurm_does_not_know_is_sent_again_only_after_some_looks()
    {
        Assert.Equal(default, Absent(TimeSpan.FromMinutes(1)));
        Assert.Equal(default, Absent(TimeSpan.FromMinutes(1)));
        Assert.True(Absent(TimeSpan.FromMinutes(1)).SendAgain);
    }

    [Fact]
    public void One_whose_worker_beats_lives_on_though_slurm_has_forgotten_it()
    {
        var attempt = Begin();
        for (var beat = 1; beat < 10; beat++)
        {
            File.SetLastWriteTimeUtc(attempt.HeartbeatFile, DateTime.UnixEpoch.AddSeconds(beat));
            Assert.Equal(default, Absent(TimeSpan.FromSeconds(50)));
        }

        Assert.Equal(default, Absent(TimeSpan.FromSeconds(50)));
        Assert.Equal(FailureClass.NodeLost, Absent(TimeSpan.FromSeconds(50)).Failure!.Class);
    }

    [Theory]
    [InlineData("OUT_OF_MEMORY", FailureClass.HostOutOfMemory)]
    [InlineData("NODE_FAIL", FailureClass.NodeLost)]
    [InlineData("TIMEOUT", FailureClass.Preempted)]
    [InlineData("PREEMPTED", FailureClass.Preempted)]
    [InlineData("CANCELLED", FailureClass.Interrupted)]
    [InlineData("FAILED", FailureClass.Lost)]
    public void An_end_without_a_word_has_the_class_of_its_state(string state, FailureClass expected)
    {
        var attempt = Begin();
        Assert.Equal(default, _fate.Of(_run, answered: true, Task(state)));
        Assert.Equal(expected, _fate.Of(_run, answered: true, Task(state)).Failure!.Class);
        Assert.Equal(expected, attempt.ReadFailure()!.Class);
    }

    [Theory]
    [InlineData(137, FailureClass.HostOutOfMemory)]
    [InlineData(134, FailureClass.NativeAbort)]
    [InlineData(1, FailureClass.Lost)]
    public void An_end_of_the_runner_has_the_class_of_its_exit_code(int code, FailureClass expected)
    {
        Begin();
        Exit(code);
        _fate.Of(_run, answered: true, Task("FAILED"));
        Assert.Equal(expected, _fate.Of(_run, answered: true, Task("FAILED")).Failure!.Class);
    }

    [Fact]
    public void A_failure_that_the_attempt_told_is_taken_from_there_while_the_task_goes_on()
    {
        Begin().Publish(new RunFailure { Class = FailureClass.DeviceOutOfMemory, Message = "out of memory" });
        Assert.Equal(FailureClass.DeviceOutOfMemory, _fate.Of(_run, answered: true, Task("RUNNING")).Failure!.Class);
    }

    [Fact]
    public void A_run_that_was_preempted_waits_for_its_task_to_come_back()
    {
        Begin().Publish(new RunFailure { Class = FailureClass.Preempted, Message = "saved" });
        Assert.Equal(default, _fate.Of(_run, answered: true, Task("PENDING")));
    }

    [Fact]
    public void A_cluster_that_does_not_see_the_folder_is_an_error_of_one_line()
    {
        _fate.Of(_run, answered: true, Task("FAILED"));
        var error = Assert.Throws<InputException>(() => _fate.Of(_run, answered: true, Task("FAILED")));
        Assert.Contains("must lie on a disk that all nodes share", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_a_runner_that_is_not_there()
    {
        Exit(127);
        _fate.Of(_run, answered: true, Task("FAILED"));
        Assert.Contains("set SCALELAB_RUNNER", Assert.Throws<InputException>(() => _fate.Of(_run, answered: true, Task("FAILED"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_no_node_takes_is_named() => Assert.Equal("7_0", _fate.Of(_run, answered: true, Task("PENDING") with { Reason = "launch failed requeued held" }).Stranded);

    private static QueuedTask Task(string state) => new("7", 0, "job", state, "n1", null, "None");

    private Fate Absent(TimeSpan after)
    {
        _time.Advance(after);
        return _fate.Of(_run, answered: true, null);
    }

    private AttemptFolder Begin()
    {
        var attempt = _folder.ClaimAttempt();
        File.WriteAllText(attempt.HeartbeatFile, "");
        return attempt;
    }

    private void Exit(int code) => File.WriteAllText(Path.ChangeExtension(_submission.LogOf(0), "exit"), FormattableString.Invariant($"{code}\n"));
}
