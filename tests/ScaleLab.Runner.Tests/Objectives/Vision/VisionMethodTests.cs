using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Tests.Training;
using ScaleLab.Runner.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision;

/// <summary>What every method of self-supervised vision owes, each that is listed among the families of models.</summary>
public sealed class VisionMethodTests(VisionMethodTests.Corpora corpora) : TorchTests, IClassFixture<VisionMethodTests.Corpora>
{
    private const int Batch = 16;
    private const int Steps = 12;

    public static TheoryData<string> Methods => [.. ModelFamily.All.Where(f => f.Defaults is VisionOptions).Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_parameters_of_a_plan_are_those_of_the_model(string method)
    {
        var runs = corpora.Of(method);
        var shape = Shape(method, runs.Corpus);
        using var model = Model(shape);
        var parts = model.Parameters.All.ToLookup(p => p.Name.Split('.')[0], p => p.Value.numel());
        Assert.Equal(shape.Parameters.Total, parts["encoder"].Sum());
        Assert.Equal(shape.Auxiliaries, new AuxiliaryCount(parts["decoder"].Sum(), parts["predictor"].Sum(), parts["projector"].Sum(), parts["prototypes"].Sum()));
        Assert.Equal(shape.Trained, model.Parameters.Count);
        Assert.Equal(shape.Parameters.Embedding, model.Parameters.All.Where(p => p.Name.StartsWith("encoder.", StringComparison.Ordinal) && !p.Name.Contains(".blocks.", StringComparison.Ordinal) && !p.Name.Contains(".norm.", StringComparison.Ordinal)).Sum(p => p.Value.numel()));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_flops_of_a_plan_are_those_of_the_products_that_are_computed(string method)
    {
        var runs = corpora.Of(method);
        var shape = Shape(method, runs.Corpus);
        using var objective = Objective.Of(Training(shape, runs), runs.Store, CPU);
        using var scope = NewDisposeScope();
        var flops = 0.0;
        Products.Observer = product => flops += product;
        try
        {
            objective.LossSum(0, Batch);
        }
        finally
        {
            Products.Observer = null;
        }

        Assert.Equal(shape.TrainingFlopsPerUnit, flops / Batch, 1e-9 * shape.TrainingFlopsPerUnit);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_gradient_reaches_every_trained_tensor_and_nothing_else(string method)
    {
        var runs = corpora.Of(method);
        using var objective = Objective.Of(Training(Shape(method, runs.Corpus), runs), runs.Store, CPU);
        using var scope = NewDisposeScope();
        objective.LossSum(0, Batch).backward();
        Assert.All(objective.Parameters.All, p => Assert.True(p.Value.grad is { } g && g.abs().sum().item<float>() > 0 && g.isfinite().all().item<bool>(), p.Name));
        Assert.All(objective.State, s => Assert.True(!s.Value.requires_grad && s.Value.grad is null, s.Name));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Recomputed_activations_change_not_one_bit_of_loss_or_gradients(string method)
    {
        var runs = corpora.Of(method);
        var training = Training(Shape(method, runs.Corpus), runs);
        var (loss, gradients) = Step(recompute: false);
        var (again, recomputed) = Step(recompute: true);
        Assert.Equal(loss, again);
        Assert.Equal(gradients, recomputed);

        (float Loss, List<byte[]> Gradients) Step(bool recompute)
        {
            using var objective = Objective.Of(training, runs.Store, CPU, recompute);
            using var scope = NewDisposeScope();
            var loss = objective.LossSum(0, Batch);
            loss.backward();
            return (loss.item<float>(), [.. objective.Parameters.All.Select(p => p.Value.grad!.bytes.ToArray())]);
        }
    }

    [Fact]
    public void Recomputed_activations_take_a_fraction_of_the_memory()
    {
        var runs = corpora.Of("mae");
        var options = (VisionOptions)ModelFamily.Named("mae").Defaults with { Depth = 8 };
        var training = Training((VisionShape)((VisionShape)ModelFamily.Named("mae").Solve(100e3, options, runs.Corpus)).AtBatch(Batch), runs);
        Assert.InRange(HeapOfGraph(recompute: true), 1, HeapOfGraph(recompute: false) / 2);

        long HeapOfGraph(bool recompute)
        {
            using var objective = Objective.Of(training, runs.Store, CPU, recompute);
            using var scope = NewDisposeScope();
            var before = HeapLimit.InUse;
            var loss = objective.LossSum(0, Batch);
            Assert.True(loss.requires_grad);
            return HeapLimit.InUse - before;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_sample_has_the_same_loss_whatever_the_number_of_its_batch(string method)
    {
        var runs = corpora.Of(method);
        var training = Training(Shape(method, runs.Corpus), runs);
        using var one = Objective.Of(training, runs.Store, CPU);
        using var two = Objective.Of(training, runs.Store, CPU);
        using var scope = NewDisposeScope();
        two.LossSum(0, Batch);
        Assert.Equal(one.LossSum(Batch, Batch).item<float>(), two.LossSum(Batch, Batch).item<float>());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_loss_is_the_mean_of_those_of_the_samples_or_compares_them(string method)
    {
        var runs = corpora.Of(method);
        var shape = Shape(method, runs.Corpus);
        using var images = ImageSet.Open(runs.Store, runs.Corpus.Hash);
        using var model = Model(shape, images);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (views, draws) = (new ViewLoader(images, model.HeldOutViews, ImageSet.Order(images.Info, 0), 0).HeldOut(0, Batch), new SampleDraws(1, 0, Batch));
        var losses = model.Losses(views, draws);
        Assert.Equal(shape.CouplesBatch, losses is null);
        if (losses is not null)
        {
            var mean = model.Loss(views, draws).item<float>();
            Assert.Equal([Batch], losses.shape);
            Assert.Equal(mean, losses.mean().item<float>(), 1e-5 * mean);
            Assert.Equal(model.Loss([.. views.Select(v => v.narrow(0, 0, 1))], new SampleDraws(1, 0, 1)).item<float>(), losses[0].item<float>(), 1e-5 * mean);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Held_out_images_count_alike_or_in_whole_batches(string method)
    {
        var runs = corpora.Of(method);
        var training = Training(Shape(method, runs.Corpus), runs);
        var (all, some) = (Measured(Batch, null), Measured(Batch, 5));
        Assert.NotNull(all.StandardError);
        if (training.Model.CouplesBatch)
        {
            // Five images are no batch: one is the least.
            Assert.Null(some.StandardError);
            Assert.Equal(Measured(Batch, (2 * Batch) - 1).Loss, some.Loss);
        }
        else
        {
            // 48 images are two batches of 20 and one of 8.
            Assert.Equal(all.Loss, Measured(20, null).Loss, 1e-6 * all.Loss);
            Assert.Equal(all.StandardError!.Value, Measured(20, null).StandardError!.Value, 1e-5 * all.StandardError.Value);
            Assert.Equal(Measured(5, 5).Loss, some.Loss, 1e-6 * some.Loss);
            Assert.True(double.IsFinite(Measured(64, null).Loss));
        }

        Evaluation Measured(int batch, int? blocks)
        {
            using var objective = Objective.Of(training with { Batch = new BatchSpec { Initial = batch } }, runs.Store, CPU);
            return objective.Evaluate(new EvaluationSpec { Blocks = blocks, ProbeImages = 0 }, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_resumed_run_equals_the_uninterrupted_one_bit_for_bit(string method)
    {
        var runs = corpora.Of(method);
        var training = Training(Shape(method, runs.Corpus), runs);
        var execution = new ExecutionSpec { Chunk = training.Model.CouplesBatch ? Batch : 5 };
        var straight = runs.Create($"{method}-straight", training, execution: execution);
        var expected = runs.Train(straight)!;
        Assert.Equal(RunStatus.Ok, expected.Status);
        var resumed = runs.Create($"{method}-resumed", training, execution: execution);
        foreach (var step in (int[])[0, 1, 7, Steps])
        {
            Assert.Null(runs.Train(resumed, step));
        }

        Assert.Equal(Comparable(expected), Comparable(runs.Train(resumed)!));
        Assert.Equal(SampleRuns.Weights(straight), SampleRuns.Weights(resumed));
        Assert.Equal(
            SampleRuns.Curve(straight).Select(r => r with { RunKey = "" }),
            SampleRuns.Curve(resumed).Select(r => r with { RunKey = "" }));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Weights_that_were_exported_measure_the_same_when_they_come_back(string method)
    {
        var runs = corpora.Of(method);
        var training = Training(Shape(method, runs.Corpus), runs);
        var run = runs.Create($"{method}-exported", training, execution: new ExecutionSpec { Chunk = Batch });
        var result = runs.Train(run)!;
        using var objective = Objective.Of(training with { Seed = 99 }, runs.Store, CPU);
        objective.Import(run.Attempt(result.Attempt).ModelFolder);
        Assert.Equal(result.ValLoss, objective.Evaluate(run.ReadSpec().Evaluation, TestContext.Current.CancellationToken).Loss);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void No_step_leaves_a_tensor_behind_and_no_run_does(string method)
    {
        var runs = corpora.Of(method);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var run = runs.Create($"{method}-alive", Training(Shape(method, runs.Corpus), runs), execution: new ExecutionSpec { Chunk = Batch });
        var alive = new List<long>();
        new RunAttempt(run, runs.Store, TimeProvider.System).Execute((_, _) => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount), CancellationToken.None);
        Assert.Equal(Steps, alive.Count);
        Assert.Single(alive.Distinct());
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // A second block is where attention, norms and their order can go wrong; more would only take longer.
    private static VisionShape Shape(string method, CorpusInfo corpus)
    {
        var family = ModelFamily.Named(method);
        var options = (VisionOptions)family.Defaults with { Depth = 2 };
        return (VisionShape)family.Solve(60e3, options, corpus).AtBatch(Batch);
    }

    private static ISelfSupervised Model(VisionShape shape, IImageSet? images = null)
    {
        using var scope = NewDisposeScope();
        using var initializer = new Initializer(1, CPU);
        var method = Objective.Method(shape, initializer);
        if (images is not null)
        {
            method.Prepare((first, count) => new ViewLoader(images, [], ImageSet.Order(images.Info, 0), 0).Plain(heldOut: false, first, count));
        }

        return method;
    }

    private static TrainingSpec Training(VisionShape shape, SampleRuns runs) => new()
    {
        Model = shape,
        Corpus = runs.Corpus.Hash,
        Phase = RunPhase.Whole,
        StartStep = 0,
        EndStep = Steps,
        D = Steps * Batch,
        Batch = new BatchSpec { Initial = Batch },
        Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 3 * Batch },
        Optimizer = new OptimizerSpec { Lr = 1e-3 },
        Seed = 7,
    };

    private static string Comparable(RunResult result) =>
        JsonSerializer.Serialize(ResumeTests.Timeless(result), ContractJson.Default.RunResult);

    /// <summary>The world of stills and that of clips, each prepared once; small pictures, since what is tested holds at any size.</summary>
    public sealed class Corpora : IDisposable
    {
        private readonly Lazy<SampleRuns> _images = Prepared(DataSource.ShapeLeaves);
        private readonly Lazy<SampleRuns> _clips = Prepared(DataSource.MovingShapes);

        public void Dispose()
        {
            foreach (var runs in (Lazy<SampleRuns>[])[_images, _clips])
            {
                if (runs.IsValueCreated)
                {
                    runs.Value.Dispose();
                }
            }
        }

        internal SampleRuns Of(string method) => (ModelFamily.Named(method).Unit == "clips" ? _clips : _images).Value;

        private static Lazy<SampleRuns> Prepared(DataSource source) => new(() => new SampleRuns(new DataSpec { Source = source, Size = 16, HeldOutImages = 3 * Batch, Seed = 1 }));
    }
}
