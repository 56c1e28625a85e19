using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Workers;

namespace ScaleLab.Orchestrator.Tests.Workers;

public sealed class LocalExecutorTests : IDisposable
{
    private readonly RunFolder _run = new(Directory.CreateTempSubdirectory("scalelab-").FullName);
    private readonly List<ScriptedWorker> _workers = [];
    private readonly List<WorkerEvent> _reports = [];
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Progress_is_passed_on_and_a_finish_ends_the_run()
    {
        await using var executor = Executor((worker, command) =>
        {
            worker.Progress(command.Run, 1, 10);
            worker.Progress(command.Run, 1, 20);
            worker.Finish(command.Run);
        });
        Assert.Null(await Train(executor));
        Assert.Equal([10, 20], _reports.Select(r => r.Step));
    }

    [Fact]
    public async Task A_worker_lives_on_for_the_next_run()
    {
        await using var executor = Executor((worker, command) =>
        {
            worker.Finish(command.Run);
            worker.Say(new WorkerEvent { Kind = WorkerEventKind.Ready });
        });
        await Train(executor);
        await Train(executor);
        Assert.False(Assert.Single(_workers).Closed);
    }

    [Fact]
    public async Task A_worker_that_dies_loses_its_run_and_is_replaced()
    {
        await using var executor = Executor((worker, command) =>
        {
            if (_workers.Count == 1)
            {
                worker.Progress(command.Run, _run.ClaimAttempt().Number, 10);
                worker.Die();
            }
            else
            {
                worker.Finish(command.Run);
            }
        });
        var failure = await Train(executor);
        Assert.Equal((FailureClass.NativeAbort, "the worker ended: killed by signal 6"), (failure!.Class, failure.Message));
        Assert.Equal(failure, _run.Attempt(1).ReadFailure());
        Assert.Equal("the worker ended: killed by signal 6\nits last words\n", File.ReadAllText(_run.Attempt(1).LogFile));
        Assert.Null(await Train(executor));
        Assert.Equal(2, _workers.Count);
    }

    [Fact]
    public async Task Death_before_the_first_report_closes_the_attempt_that_was_claimed()
    {
        _run.ClaimAttempt();
        await using var executor = Executor((worker, _) =>
        {
            _run.ClaimAttempt();
            worker.Die();
        });
        await Train(executor);
        Assert.Null(_run.Attempt(1).ReadFailure());
        Assert.Equal(FailureClass.NativeAbort, _run.Attempt(2).ReadFailure()!.Class);
        Assert.Equal(2, _run.AttemptNumbers().Count);
    }

    [Fact]
    public async Task Death_before_any_attempt_leaves_one_that_says_so()
    {
        await using var executor = new LocalExecutor(
            ["cpu"],
            _ =>
            {
                var worker = new ScriptedWorker((_, _) => { }, ready: false) { Code = 2 };
                worker.Die();
                return worker;
            },
            _time);
        Assert.Equal(FailureClass.Lost, (await Train(executor))!.Class);
        Assert.Equal(FailureClass.Lost, _run.Attempt(1).ReadFailure()!.Class);
    }

    [Theory]
    [InlineData(137, FailureClass.HostOutOfMemory, "killed by signal 9, as Linux does where memory runs out")]
    [InlineData(134, FailureClass.NativeAbort, "killed by signal 6")]
    [InlineData(139, FailureClass.NativeAbort, "killed by signal 11")]
    [InlineData(143, FailureClass.Preempted, "killed by signal 15")]
    [InlineData(129, FailureClass.Lost, "killed by signal 1")]
    [InlineData(1, FailureClass.Lost, "exit code 1")]
    [InlineData(255, FailureClass.Lost, "exit code 255")]
    public async Task The_way_a_worker_dies_decides_the_class(int code, FailureClass expected, string words)
    {
        await using var executor = Executor((worker, _) =>
        {
            worker.Code = code;
            worker.Die();
        });
        var failure = await Train(executor);
        Assert.Equal((expected, $"the worker ended: {words}"), (failure!.Class, failure.Message));
    }

    [Fact]
    public async Task A_silent_worker_is_killed_after_a_minute_and_replaced()
    {
        await using var executor = Executor((worker, command) =>
        {
            if (_workers.Count == 2)
            {
                worker.Finish(command.Run);
            }
        });
        var begun = _time.GetTimestamp();
        var failure = await Advance(Train(executor), TimeSpan.FromSeconds(5));
        Assert.Equal((FailureClass.Lost, "the worker has said nothing for 60 s"), (failure!.Class, failure.Message));
        Assert.True(_time.GetElapsedTime(begun) >= Worker.Silence);
        Assert.True(_workers[0].Killed);
        Assert.Equal(failure, _run.Attempt(1).ReadFailure());
        Assert.Null(await Train(executor));
    }

    [Fact]
    public async Task A_worker_that_beats_may_take_long_over_a_step_but_not_for_ever()
    {
        await using var executor = Executor((_, _) => _run.ClaimAttempt());
        var begun = _time.GetTimestamp();
        var failure = await Advance(Train(executor), TimeSpan.FromSeconds(5), () =>
        {
            _workers[0].Beat(_run.Path);
            SpinWait.SpinUntil(() => _workers[0].Heard || _workers[0].Killed);
        });
        Assert.Equal((FailureClass.Lost, "the worker has ended no step for 60 minutes"), (failure!.Class, failure.Message));
        Assert.True(_time.GetElapsedTime(begun) >= Worker.Standstill);
        Assert.True(_workers[0].Killed);
    }

    [Fact]
    public async Task A_driver_that_was_suspended_does_not_blame_its_workers()
    {
        await using var executor = Executor((_, _) => { });
        var training = Train(executor);
        _time.Advance(TimeSpan.FromHours(10));
        _workers[0].Finish(_run.Path);
        Assert.Null(await training);
        Assert.False(_workers[0].Killed);
    }

    [Theory]
    [InlineData(FailureClass.Permanent)]
    [InlineData(FailureClass.DeviceOutOfMemory)]
    public async Task A_worker_is_replaced_after_a_failure(FailureClass failure)
    {
        await using var executor = Executor((worker, command) => worker.Fail(command.Run, failure));
        Assert.Equal(failure, (await Train(executor))!.Class);
        Assert.True(_workers[0].Closed);
    }

    [Fact]
    public async Task A_stop_asks_for_a_checkpoint_and_keeps_the_worker()
    {
        using var stop = new CancellationTokenSource();
        var run = "";
        await using var executor = Executor((worker, command) =>
        {
            if (command.Run.Length > 0)
            {
                run = command.Run;
                worker.Progress(run, 1, 10);
                stop.CancelAfter(0);
            }
            else
            {
                worker.Fail(run, FailureClass.Interrupted);
            }
        });
        Assert.Equal(FailureClass.Interrupted, (await TrainUntil(executor, stop.Token))!.Class);
        Assert.False(_workers[0].Closed);
    }

    [Fact]
    public async Task A_run_is_not_begun_after_a_stop()
    {
        await using var executor = Executor((_, _) => Assert.Fail("no command may be sent"));
        Assert.Equal(FailureClass.Interrupted, (await TrainUntil(executor, new CancellationToken(canceled: true)))!.Class);
        Assert.Empty(_run.AttemptNumbers());
    }

    [Fact]
    public async Task Disposal_kills_a_worker_that_trains_and_calls_it_an_interruption()
    {
        var begun = new TaskCompletionSource();
        var executor = Executor((worker, command) =>
        {
            worker.Progress(command.Run, _run.ClaimAttempt().Number, 10);
            begun.SetResult();
        });
        var training = Train(executor);
        await begun.Task;
        await executor.DisposeAsync();
        Assert.Equal(FailureClass.Interrupted, (await training)!.Class);
        Assert.True(_workers[0].Killed);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{\"kind\":\"dancing\"}")]
    [InlineData("null")]
    public async Task Lines_that_are_no_event_end_the_attempt(string line)
    {
        await using var executor = Executor((worker, _) => worker.Say(line));
        var failure = await Train(executor);
        Assert.Equal((FailureClass.Lost, "the worker does not speak the protocol of this version; build both anew"), (failure!.Class, failure.Message));
    }

    [Fact]
    public async Task Late_words_about_another_run_are_ignored()
    {
        await using var executor = Executor((worker, command) =>
        {
            worker.Progress("/some/other/run", 3, 999);
            worker.Fail("/some/other/run", FailureClass.Permanent);
            worker.Finish(command.Run);
        });
        Assert.Null(await Train(executor));
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Standard_error_is_appended_to_the_log_and_signals_are_named()
    {
        var log = Path.Combine(_run.Path, "logs", "worker-1.log");
        for (var i = 0; i < 2; i++)
        {
            await using var worker = WorkerProcess.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "echo native noise >&2; read line; kill -9 $$" } }, log);
            await worker.Commands.WriteLineAsync("go");
            Assert.Null(await worker.Events.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Equal("killed by signal 9, as Linux does where memory runs out", (await worker.EndAsync()).ToString());
            Assert.Equal("native noise\n", worker.LastWords);
        }

        Assert.Equal("native noise\nnative noise\n", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_worker_ends_when_its_input_is_closed()
    {
        var worker = WorkerProcess.Start(new ProcessStartInfo("/bin/cat"), Path.Combine(_run.Path, "log"));
        await worker.Commands.WriteLineAsync("echo");
        Assert.Equal("echo", await worker.Events.ReadLineAsync(TestContext.Current.CancellationToken));
        var end = worker.EndAsync();
        await worker.DisposeAsync();
        Assert.Equal("exit code 0", (await end).ToString());
    }

    [Fact]
    public void A_program_that_is_not_there_is_an_input_error()
    {
        var error = Assert.Throws<InputException>(() => WorkerProcess.Start(new ProcessStartInfo("/no/such/runner"), Path.Combine(_run.Path, "log")));
        Assert.StartsWith("cannot start /no/such/runner: ", error.Message);
    }

    [Fact]
    public async Task Runs_of_a_stack_go_to_their_worker_together_and_each_has_its_own_end()
    {
        var others = Enumerable.Range(0, 2).Select(k => new RunFolder(Path.Combine(_run.Path, $"other-{k}"))).ToList();
        var commands = new List<WorkerCommand>();
        await using var executor = Executor((worker, command) =>
        {
            commands.Add(command);
            worker.Progress(others[0].Path, 1, 10);
            worker.Fail(others[0].Path, FailureClass.Permanent);
            worker.Finish(_run.Path);
            worker.Finish(others[1].Path);
        });
        var stack = new Stack(3);
        RunFolder[] all = [_run, .. others];
        var ends = await Task.WhenAll(all.Select(run => executor.ExecuteAsync(run, new Assignment(0, Stack: stack), Take, CancellationToken.None)));
        Assert.Equal(all.Select(r => r.Path), [Assert.Single(commands).Run, .. commands[0].Beside]);
        Assert.Equal([null, FailureClass.Permanent, null], ends.Select(e => e?.Class));
        Assert.Equal(others[0].Path, Assert.Single(_reports).Run);
        Assert.True(Assert.Single(_workers).Closed);
    }

    [Fact]
    public async Task A_worker_that_dies_loses_all_of_its_stack()
    {
        var other = new RunFolder(Path.Combine(_run.Path, "other"));
        await using var executor = Executor((worker, _) =>
        {
            worker.Finish(_run.Path);
            worker.Die();
        });
        var stack = new Stack(2);
        var ends = await Task.WhenAll(new[] { _run, other }.Select(run => executor.ExecuteAsync(run, new Assignment(0, Stack: stack), Take, CancellationToken.None)));
        Assert.Equal([null, FailureClass.NativeAbort], ends.Select(e => e?.Class));
        Assert.Equal(FailureClass.NativeAbort, other.Attempt(1).ReadFailure()!.Class);
    }

    public void Dispose() => Directory.Delete(_run.Path, recursive: true);

    private ValueTask Take(WorkerEvent report)
    {
        _reports.Add(report);
        return ValueTask.CompletedTask;
    }

    private LocalExecutor Executor(Action<ScriptedWorker, WorkerCommand> answer) => new(
        ["cpu"],
        _ =>
        {
            _workers.Add(new ScriptedWorker(answer));
            return _workers[^1];
        },
        _time);

    // Lets time pass until the task is done, no more at once than a worker may be silent.
    private async Task<RunFailure?> Advance(Task<RunFailure?> training, TimeSpan step, Action? beat = null)
    {
        while (!training.IsCompleted)
        {
            _time.Advance(step);
            beat?.Invoke();
            for (var i = 0; i < 100 && !training.IsCompleted; i++)
            {
                await Task.Yield();
            }
        }

        return await training;
    }

    private Task<RunFailure?> Train(LocalExecutor executor) => TrainUntil(executor, CancellationToken.None);

    private Task<RunFailure?> TrainUntil(LocalExecutor executor, CancellationToken stop) => executor.ExecuteAsync(
        _run,
        new Assignment(0, Recompute: false),
        report =>
        {
            _reports.Add(report);
            return ValueTask.CompletedTask;
        },
        stop);
}
