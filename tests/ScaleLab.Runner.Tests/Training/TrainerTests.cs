using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Serving;
using ScaleLab.Runner.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Training;

public sealed class TrainerTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void The_size_of_a_chunk_changes_only_the_last_bits()
    {
        var training = _runs.Training(30) with { Batch = new BatchSpec { Initial = 512 }, D = 30 * 512 };
        var (large, small, again) = (Train("large", 16), Train("small", 4), Train("again", 16));
        Assert.Equal(large.TrainLoss!.Value, small.TrainLoss!.Value, 1e-5);
        Assert.Equal(large.ValLoss!.Value, small.ValLoss!.Value, 1e-5);
        ResumeTests.AssertEqual(large, again);
        Assert.Equal(Weights("large"), Weights("again"));

        RunResult Train(string name, int chunk) => _runs.Train(_runs.Create(name, training, execution: new ExecutionSpec { Chunk = chunk }))!;
        byte[] Weights(string name) => SampleRuns.Weights(_runs.Create(name, training));
    }

    [Fact]
    public void The_loss_of_a_batch_is_the_mean_over_its_tokens()
    {
        var training = _runs.Training(1) with { Batch = new BatchSpec { Initial = 160 }, D = 160, Optimizer = new OptimizerSpec { Lr = 0 } };
        var run = _runs.Create("run", training);
        Assert.Equal(Math.Log(16), _runs.Train(run)!.TrainLoss!.Value, 1e-5);
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_with_a_result()
    {
        var run = _runs.Create("run", _runs.Training(50) with { Optimizer = new OptimizerSpec { Lr = 1e30 } });
        var end = new RunExecution(_runs.Store, TimeProvider.System, _ => { }).Execute(new WorkerCommand { Run = run.Path }, () => FailureClass.Interrupted, CancellationToken.None);
        Assert.Null(end.Failure);
        Assert.Equal(RunStatus.Diverged, end.Status);
        var result = run.ReadResult()!;
        Assert.Equal((RunStatus.Diverged, null, null, null), (result.Status, result.TrainLoss, result.ValLoss, result.ValLossSe));
        Assert.InRange(result.Step, 1, 10);
        Assert.Empty(run.Attempt(1).CheckpointSteps());
        Assert.All(SampleRuns.Curve(run), r => Assert.True(double.IsFinite(r.TrainLoss!.Value)));
    }

    [Fact]
    public void A_weight_that_is_no_number_ends_the_run_with_a_result()
    {
        var run = _runs.Create("run", _runs.Training(50));
        Assert.Null(_runs.Train(run, 10));
        Poison(run);
        Assert.Equal((RunStatus.Diverged, 10L), (_runs.Train(run)!.Status, run.ReadResult()!.Step));
    }

    [Fact]
    public void A_held_out_loss_that_is_no_number_ends_the_run_with_a_result()
    {
        // The last update is the first that ruins the model: no loss of the training tells.
        var run = _runs.Create("run", _runs.Training(1) with { Optimizer = new OptimizerSpec { Lr = 1e30 } });
        run.Create(run.ReadSpec() with { Evaluation = new EvaluationSpec { Metrics = [MetricName.InContext, MetricName.Induction] } });
        var end = new RunExecution(_runs.Store, TimeProvider.System, _ => { }).Execute(new WorkerCommand { Run = run.Path }, () => FailureClass.Interrupted, CancellationToken.None);
        Assert.Null(end.Failure);
        var result = run.ReadResult()!;
        Assert.Equal((RunStatus.Diverged, 1L, null, null, null, null), (result.Status, result.Step, result.ValLoss, result.ValLossSe, result.ValBpb, result.Metrics));
    }

    [Fact]
    public void What_could_not_be_measured_is_refused_before_the_first_step()
    {
        var run = _runs.Create("run", _runs.Training(20));
        run.Create(run.ReadSpec() with { Evaluation = new EvaluationSpec { Metrics = [MetricName.LinearRepresentation], Pairs = ["sign 0/1 2/16"] } });
        var steps = 0;
        var error = Assert.Throws<InputException>(() => new RunAttempt(run, _runs.Store, TimeProvider.System).Execute((_, _) => steps++, CancellationToken.None));
        Assert.Equal(("pairs: '16' is no id of 0 … 15", 0), (error.Message, steps));
    }

    [Fact]
    public void The_number_of_living_tensors_does_not_grow()
    {
        var run = _runs.Create("run", _runs.Training(200));
        var alive = new List<long>();
        // A thread's count is what it made less what it disposed of: tests that were here before may have left it below zero.
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        new RunAttempt(run, _runs.Store, TimeProvider.System).Execute((_, _) => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount), CancellationToken.None);
        Assert.Equal(200, alive.Count);
        Assert.True(alive[0] - before > 10);
        Assert.Single(alive.Distinct());
    }

    [Fact]
    public void Nothing_lives_on_after_a_run()
    {
        _runs.Train(_runs.Create("first", _runs.Training(3)));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _runs.Train(_runs.Create("second", _runs.Training(3)));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        var training = _runs.Training(1_000) with { Batch = new BatchSpec { Initial = 256 }, D = 256_000 };
        var resident = new Dictionary<long, long>();
        new RunAttempt(_runs.Create("run", training), _runs.Store, TimeProvider.System).Execute((state, _) => Look(state.Step), CancellationToken.None);
        // One activation kept per training step would add 11 MB.
        Assert.InRange(resident[1_000] - resident[300], long.MinValue, 4 << 20);

        void Look(long step)
        {
            if (step is 300 or 1_000)
            {
                // What the collector merely holds in store, 4 MiB at a time, it gives back first.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                resident[step] = Environment.WorkingSet;
            }
        }
    }

    private void Poison(RunFolder run)
    {
        using var objective = new NextToken(run.ReadSpec().Training, _runs.Store, CPU);
        using var trainer = new Trainer(run.ReadSpec(), objective, run.Attempt(1), TimeProvider.System);
        trainer.Restore(run.Attempt(1), 10);
        using (no_grad())
        {
            objective.Parameters["norm"].fill_(float.NaN);
        }

        Directory.Delete(run.Attempt(1).CheckpointFolder(10), recursive: true);
        using var curve = new CurveFile(Path.Combine(run.Path, "curve.csv"));
        trainer.Save(curve);
    }
}
