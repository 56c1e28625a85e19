using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Tests.Training;

namespace ScaleLab.Runner.Tests.Serving;

public sealed class ServeCommandTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new();
    private readonly ServedWorker _worker;

    public ServeCommandTests()
    {
        _worker = new ServedWorker(_runs.Store, new SteppingTime(TimeSpan.FromSeconds(0.4)));
        Assert.Equal(WorkerEventKind.Ready, _worker.Read().Kind);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public void A_run_reports_its_progress_and_its_end()
    {
        var run = _runs.Create("run", _runs.Training(10));
        _worker.Train(run.Path);
        var events = new List<WorkerEvent>();
        do
        {
            events.Add(_worker.Read());
        }
        while (events[^1].Kind == WorkerEventKind.Progress);

        Assert.Equal((WorkerEventKind.Finished, run.Path, 1, 10L, RunStatus.Ok), Facts(events[^1]));
        Assert.InRange(events.Count, 3, 11);
        Assert.All(events[..^1], e => Assert.Equal((run.Path, 1), (e.Run, e.Attempt)));
        Assert.All(events[..^1], e => Assert.Equal(new Timeline(run.ReadSpec().Training.Batch).SeenBefore(e.Step), e.D));
        Assert.All(events[..^1], e => Assert.InRange(e.Loss!.Value, 0.5, 3));
        Assert.Equal(RunStatus.Ok, run.ReadResult()!.Status);
        Assert.True(File.Exists(run.Attempt(1).HeartbeatFile));

        // The worker lives on; a finished run is finished.
        _worker.Train(run.Path);
        Assert.Equal(WorkerEventKind.Finished, _worker.ReadEnd().Kind);
        Assert.Equal([1], run.AttemptNumbers());
        Assert.Equal(0, _worker.Close());

        static (WorkerEventKind, string, int, long, RunStatus?) Facts(WorkerEvent e) => (e.Kind, e.Run, e.Attempt, e.Step, e.Status);
    }

    [Fact]
    public void Runs_of_one_command_train_together_and_end_one_by_one()
    {
        var runs = Enumerable.Range(0, 3).Select(k => _runs.Create($"run-{k}", _runs.Training(10 + k) with { Seed = k })).ToList();
        _worker.Send(JsonSerializer.Serialize(new WorkerCommand { Run = runs[0].Path, Beside = [runs[1].Path, runs[2].Path] }, ContractJson.Line.WorkerCommand));
        var ends = runs.Select(_ => _worker.ReadEnd()).ToList();
        Assert.All(ends, e => Assert.Equal((WorkerEventKind.Finished, RunStatus.Ok), (e.Kind, e.Status)));
        Assert.Equal(runs.Select(r => r.Path), ends.Select(e => e.Run).Order(StringComparer.Ordinal));
        Assert.All(runs, r => Assert.Equal(3, r.ReadResult()!.Machine.Stacked));

        // The worker lives on.
        var next = _runs.Create("next", _runs.Training(10));
        _worker.Train(next.Path);
        Assert.Equal(WorkerEventKind.Finished, _worker.ReadEnd().Kind);
        Assert.Null(next.ReadResult()!.Machine.Stacked);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("{\"run\": 3}")]
    [InlineData("{\"walk\": \"x\"}")]
    [InlineData("{\"run\": null}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void A_line_that_is_no_command_does_not_end_the_worker(string line)
    {
        _worker.Send(line);
        Finishes("run");
    }

    [Fact]
    public void A_folder_without_a_run_fails_for_good() => Fails(Path.Combine(_runs.Store.Root, "nothing"), "run.json: no such run");

    [Fact]
    public void A_path_that_is_none_fails_for_good() => Fails("a\0b", "Null character in path");

    [Fact]
    public void A_corpus_that_is_not_there_fails_for_good() =>
        Fails(_runs.Create("run", _runs.Training(5) with { Corpus = new string('a', 64) }).Path, "holds no corpus aaaa");

    [Fact]
    public void A_failed_attempt_leaves_its_stack_in_its_log()
    {
        var run = _runs.Create("run", _runs.Training(5) with { Corpus = new string('a', 64) });
        Fails(run.Path, "holds no corpus aaaa");
        Assert.Contains("   at ScaleLab.", File.ReadAllText(run.Attempt(1).LogFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:77")]
    [InlineData("")]
    public void A_device_that_is_not_there_fails_for_good(string device)
    {
        Assert.SkipWhen(device.StartsWith("cuda", StringComparison.Ordinal) && TorchSharp.torch.cuda.is_available(), "There is a GPU here.");
        Fails(_runs.Create("run", _runs.Training(5), execution: new ExecutionSpec { Chunk = 4, Device = device }).Path, $"device {device} is not there");
    }

    [Fact]
    public void A_run_that_makes_no_sense_fails_for_good() =>
        Fails(_runs.Create("run", _runs.Training(5), execution: new ExecutionSpec { Chunk = 0 }).Path, "chunks of 0 samples");

    [Fact]
    public void A_torn_spec_fails_for_good_with_its_place()
    {
        var run = _runs.Create("run", _runs.Training(5));
        File.WriteAllText(Path.Combine(run.Path, "run.json"), "{\"format\": 1,\n");
        Fails(run.Path, "run.json:2:");
    }

    [Fact]
    public void A_stop_writes_a_checkpoint_and_the_run_goes_on_when_asked_again()
    {
        var run = _runs.Create("run", _runs.Training(1_000_000));
        _worker.Train(run.Path);
        Assert.Equal(WorkerEventKind.Progress, _worker.Read().Kind);
        _worker.Stop();
        var end = _worker.ReadEnd();
        Assert.Equal((WorkerEventKind.Failed, FailureClass.Interrupted), (end.Kind, end.Failure!.Class));
        Assert.Equal(FailureClass.Interrupted, run.Attempt(1).ReadFailure()!.Class);
        var step = run.Attempt(1).CheckpointSteps()[^1];
        Assert.True(step > 0);

        _worker.Train(run.Path);
        var progress = _worker.Read();
        Assert.Equal((WorkerEventKind.Progress, 2), (progress.Kind, progress.Attempt));
        Assert.True(progress.Step > step);
        Assert.Equal(new RestorePoint(step, 1), run.Attempt(2).ReadRestorePoint());

        // The end of the input stops it too.
        Assert.Equal(0, _worker.Close());
        Assert.NotEmpty(run.Attempt(2).CheckpointSteps());
    }

    [Fact]
    public void A_worker_that_nobody_hears_any_more_saves_its_run_and_leaves()
    {
        var run = _runs.Create("run", _runs.Training(1_000_000));
        _worker.Train(run.Path);
        Assert.Equal(WorkerEventKind.Progress, _worker.Read().Kind);
        Assert.Equal(0, _worker.Desert());
        Assert.NotEmpty(run.Attempt(1).CheckpointSteps());
        Assert.Equal(FailureClass.Interrupted, run.Attempt(1).ReadFailure()!.Class);
    }

    [Fact]
    public void A_stop_between_two_runs_does_not_touch_the_second()
    {
        _worker.Stop();
        Finishes("first");
        _worker.Stop();
        Finishes("second");
    }

    [Fact]
    public void A_stop_means_the_runs_that_wait_too()
    {
        var (one, two) = (_runs.Create("one", _runs.Training(1_000_000)), _runs.Create("two", _runs.Training(1_000_000)));
        _worker.Train(one.Path);
        _worker.Train(two.Path);
        _worker.Stop();
        Assert.Equal((one.Path, FailureClass.Interrupted), Next());
        Assert.Equal((two.Path, FailureClass.Interrupted), Next());
        Finishes("three");

        (string, FailureClass) Next()
        {
            var end = _worker.ReadEnd();
            return (end.Run, end.Failure!.Class);
        }
    }

    private void Fails(string folder, string message)
    {
        _worker.Train(folder);
        var end = _worker.ReadEnd();
        Assert.Equal((WorkerEventKind.Failed, folder), (end.Kind, end.Run));
        Assert.Equal(FailureClass.Permanent, end.Failure!.Class);
        Assert.Contains(message, end.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', end.Failure.Message);
        Finishes("after");
    }

    private void Finishes(string name)
    {
        _worker.Train(_runs.Create(name, _runs.Training(3)).Path);
        Assert.Equal((WorkerEventKind.Finished, RunStatus.Ok), (_worker.ReadEnd() is var end ? end.Kind : default, end.Status));
    }
}
