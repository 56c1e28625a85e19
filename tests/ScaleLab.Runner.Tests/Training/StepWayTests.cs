using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Training;

/// <summary>The ways in which a GPU is asked for steps, on a CPU: threads, order and records are the same, and so must be the losses.</summary>
public sealed class StepWayTests : TorchTests, IDisposable
{
    private const int Steps = 40;

    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Reading_and_asking_ahead_change_no_bit()
    {
        AssertSame(Train("plain", new StepWay()), Train("ahead", new StepWay { ReadAhead = true, RunAhead = true }));
    }

    [Fact]
    public void A_stop_while_a_step_is_under_way_loses_nothing()
    {
        var way = new StepWay { ReadAhead = true, RunAhead = true };
        var whole = Train("whole", way);
        var run = _runs.Create("stopped", _runs.Training(Steps));
        using var stop = new CancellationTokenSource();
        using (var first = Open(run, way))
        {
            Assert.Equal(TrainingEnd.Stopped, first.Trainer.Run(first.Curve, (s, _) => { if (s.Step >= 23) { stop.Cancel(); } }, stop.Token));
            Assert.Equal([first.Trainer.State.Step], run.Attempt(1).CheckpointSteps());
        }

        using var second = Open(run, way);
        second.Trainer.Restore(run.Attempt(1), Assert.Single(run.Attempt(1).CheckpointSteps()));
        Assert.Equal(TrainingEnd.Finished, second.Trainer.Run(second.Curve, (_, _) => { }, CancellationToken.None));
        Assert.Equal(whole.Weights, Weights(second.Trainer));
    }

    [Fact]
    public void A_recorded_step_gives_the_losses_of_one_that_is_asked_for_anew()
    {
        var plain = Train("plain", new StepWay());
        var records = new List<Record>();
        var recorded = Train("recorded", new StepWay { ReadAhead = true, RunAhead = true, TensorRates = true, Capture = work => Add(new Record(work)) });

        // The batch doubles once, and with it the step.
        Assert.Equal(2, records.Count);
        Assert.Equal([true, true], records.Select(r => r.Disposed));
        Assert.Equal(Steps - (2 * StepGraph.WarmUps), records.Sum(r => r.Repeats));
        Assert.All(plain.Losses.Zip(recorded.Losses), l => Assert.Equal(l.First, l.Second, 1e-5));

        Record Add(Record record)
        {
            records.Add(record);
            return record;
        }
    }

    [Fact]
    public void Where_nothing_can_be_recorded_every_step_is_asked_for()
    {
        AssertSame(Train("tensors", new StepWay { TensorRates = true }), Train("fallback", new StepWay { TensorRates = true, Capture = CudaGraph.TryCapture }));
    }

    [Fact]
    public void A_recorded_step_leaves_no_tensor_behind()
    {
        var alive = new List<long>();
        var run = _runs.Create("alive", _runs.Training(Steps) with { Batch = new BatchSpec { Initial = 128 }, D = Steps * 128 });
        using (var open = Open(run, new StepWay { TensorRates = true, Capture = work => new Record(work) }))
        {
            open.Trainer.Run(open.Curve, (_, _) => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount), CancellationToken.None);
        }

        Assert.Single(alive.Skip(StepGraph.WarmUps).Distinct());
    }

    [Fact]
    public void An_attempt_that_died_while_recording_is_followed_by_one_that_does_not_record()
    {
        var run = _runs.Create("run", _runs.Training(Steps));
        var way = new StepWay { Capture = _ => throw new InvalidOperationException("the process ends here") };
        var (first, second) = (run.ClaimAttempt(), run.ClaimAttempt());
        Assert.Throws<InvalidOperationException>(() => way.Guarded(run, first).Capture!(() => { }));
        Assert.Null(way.Guarded(run, second).Capture);
    }

    [Fact]
    public void An_attempt_that_recorded_well_leaves_no_mark()
    {
        var run = _runs.Create("run", _runs.Training(Steps));
        var way = new StepWay { Capture = work => new Record(work) };
        Assert.NotNull(way.Guarded(run, run.ClaimAttempt()).Capture!(() => { }));
        Assert.NotNull(way.Guarded(run, run.ClaimAttempt()).Capture);
    }

    [Theory]
    [InlineData(128, 5, 64, true)]
    [InlineData(768, 12, 32, false)]
    internal void Small_models_are_bound_by_their_launches(int width, int depth, int windows, bool bound)
    {
        var shape = new LanguageModelShape { Vocabulary = 256, Context = 1024, Width = width, Depth = depth, Heads = 4, FeedForward = width * 8 / 3 };
        Assert.Equal(bound, StepWay.IsLaunchBound(shape, windows));
    }

    private Trained Train(string name, StepWay way)
    {
        using var open = Open(_runs.Create(name, _runs.Training(Steps)), way);
        var losses = new List<double>();
        Assert.Equal(TrainingEnd.Finished, open.Trainer.Run(open.Curve, (_, loss) => losses.Add(loss), CancellationToken.None));
        return new Trained([.. losses], Weights(open.Trainer));
    }

    private Opened Open(RunFolder run, StepWay way)
    {
        var attempt = run.ClaimAttempt();
        var objective = new NextToken(run.ReadSpec().Training, _runs.Store, CPU);
        return new Opened(objective, new Trainer(run.ReadSpec(), objective, attempt, TimeProvider.System, way), new CurveFile(attempt.CurveFile));
    }

    private static float[] Weights(Trainer trainer) => [.. trainer.Tensors.SelectMany(t => t.Value.data<float>().ToArray())];

    private static void AssertSame(Trained expected, Trained actual)
    {
        Assert.Equal(Steps, actual.Losses.Length);
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.Equal(expected.Weights, actual.Weights);
    }

    private sealed record Trained(double[] Losses, float[] Weights);

    private sealed record Opened(NextToken Objective, Trainer Trainer, CurveFile Curve) : IDisposable
    {
        public void Dispose()
        {
            Trainer.Dispose();
            Objective.Dispose();
            Curve.Dispose();
        }
    }

    /// <summary>What a device would repeat by itself, done by the host.</summary>
    private sealed class Record(Action work) : IRecordedStep
    {
        public int Repeats { get; private set; }

        public bool Disposed { get; private set; }

        public void Repeat()
        {
            Repeats++;
            work();
        }

        public void Dispose() => Disposed = true;
    }
}
