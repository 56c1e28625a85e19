using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Tests.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Training;

/// <summary>Models trained where the least possible loss is known come near it, and say what it is.</summary>
public sealed class KnownFloorTests : TorchTests
{
    [Fact]
    public void A_language_model_of_strings_comes_near_their_entropy_and_never_below()
    {
        using var runs = new SampleRuns(new DataSpec { Source = DataSource.RandomHierarchy, Symbols = 4, Rules = 2, Levels = 2, Tokens = 400_000 });
        const int batch = 64 * 5;
        var training = runs.Training(600) with
        {
            Model = SmallModel.Shape(width: 32, context: 5, vocabulary: 5),
            Batch = new BatchSpec { Initial = batch },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 20 * batch, Floor = 0 },
            D = 600 * batch,
        };
        var run = runs.Create("run", training, execution: new ExecutionSpec { Chunk = 64 });
        var result = runs.Train(run)!;
        var floor = runs.Corpus.EntropyFloor!.Value;
        Assert.InRange(result.ValLoss!.Value, floor - 1e-4, 1.03 * floor);
        Assert.InRange(result.TrainLoss!.Value, 0.97 * floor, 1.05 * floor); // start symbols are in neither mean
        Assert.Null(result.Metrics); // four blocks are not the held-out set that the floor is of

        using var objective = Objective.Of(training, runs.Store, CPU);
        Assert.Equal(floor, objective.Evaluate(new EvaluationSpec(), TestContext.Current.CancellationToken).Metrics![RunEvaluation.LossFloor]);
    }

    [Fact]
    public void A_masked_autoencoder_of_a_gaussian_field_learns_towards_the_best_predictor_and_never_below()
    {
        using var runs = new SampleRuns(new DataSpec { Source = DataSource.GaussianField, Size = 8, HeldOutImages = 256 });
        const int batch = 32;
        var shape = (MaeShape)ModelFamily.Named("mae").Solve(7000, new MaeOptions { Augment = false, DecoderWidth = 32 }, runs.Corpus);
        var training = runs.Training(300) with
        {
            Model = shape,
            Batch = new BatchSpec { Initial = batch },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 20 * batch, Floor = 0 },
            D = 300 * batch,
        };
        var run = runs.Create("run", training, execution: new ExecutionSpec { Chunk = batch });
        var result = runs.Train(run)!;
        using var objective = Objective.Of(training, runs.Store, CPU);
        var floor = objective.Evaluate(new EvaluationSpec { Blocks = 32, ProbeImages = 0 }, TestContext.Current.CancellationToken).Metrics![RunEvaluation.LossFloor];
        Assert.Equal(floor, result.Metrics![RunEvaluation.LossFloor]);
        Assert.InRange(result.ValLoss!.Value, floor, 0.99); // to say nothing loses 1

        // Masks and images of another number of images are others, and so is their floor.
        Assert.NotEqual(floor, objective.Evaluate(new EvaluationSpec { Blocks = 256, ProbeImages = 0 }, TestContext.Current.CancellationToken).Metrics![RunEvaluation.LossFloor]);
    }
}
