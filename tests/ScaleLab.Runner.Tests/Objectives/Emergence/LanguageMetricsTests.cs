using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Tests.Models;
using ScaleLab.Runner.Tests.Training;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Emergence;

public sealed class LanguageMetricsTests : TorchTests, IDisposable
{
    private readonly SampleRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void A_finished_run_is_measured_anew_with_every_metric_and_twice_alike()
    {
        var run = _runs.Create("run", _runs.Training(30));
        Assert.Null(_runs.Train(run)!.Metrics);
        var wanted = new EvaluationSpec { Blocks = 4, ProbeImages = 64, Metrics = [MetricName.LinearRepresentation, MetricName.InContext, MetricName.Induction], Pairs = ["sign 0/1 2/3 4/5"] };
        var first = Measured();
        Assert.Equal(
            [
                "analogy_accuracy", "concept_probe", "concept_steering", "copy_score", "in_context_score", "in_context_score_se", "induction_score", "late_loss", "linear_cosine", "linear_cosine_shuffled",
                "prefix_matching", "prefix_matching_random", "repeat_accuracy", "repeat_loss", "repeat_loss_first",
            ],
            first.Metrics!.Keys);
        Assert.Equal(["copy_score", "prefix_matching"], first.Heads!.Keys);
        Assert.All(first.Heads!.Values, h => Assert.Equal((2, 2), (h.Length, h[0].Length)));
        Assert.Equal(run.ReadResult()!.ValLoss, first.ValLoss);

        // The order in which metrics are named is no difference.
        Assert.Equal(wanted with { Metrics = [MetricName.Induction, MetricName.LinearRepresentation, MetricName.InContext] }, first.Evaluation);
        Directory.Delete(Path.Combine(run.Path, "evaluations"), recursive: true);
        Assert.Equal(first.Metrics, Measured().Metrics);

        RunEvaluation Measured()
        {
            run.Create(run.ReadSpec() with { Evaluation = wanted });
            new RunAttempt(run, _runs.Store, TimeProvider.System).Execute((_, _) => { }, TestContext.Current.CancellationToken);
            return run.ReadEvaluation(wanted)!;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_context_as_long_as_a_block_or_longer_is_measured_too(int longer)
    {
        var context = _runs.Corpus.BlockTokens + longer;
        using var objective = Objective.Of(_runs.Training(10) with { Model = SmallModel.Shape(context: context, vocabulary: _runs.Corpus.VocabularySize) }, _runs.Store, CPU);
        var wanted = new EvaluationSpec { Blocks = 4, Metrics = [MetricName.LinearRepresentation, MetricName.InContext], Pairs = ["sign 0/1 2/3 4/5"] };
        var measured = objective.Evaluate(wanted, TestContext.Current.CancellationToken).Metrics!;
        Assert.All(["in_context_score", "in_context_score_se", "late_loss", "concept_probe"], c => Assert.True(measured.ContainsKey(c), c));
        Assert.InRange(measured["late_loss"], 1, 5);
    }

    [Fact]
    public void Strings_too_short_for_two_copies_have_no_induction_heads()
    {
        using var runs = new SampleRuns(new DataSpec { Source = DataSource.RandomHierarchy, Symbols = 4, Rules = 2, Branching = 3, Levels = 1, Tokens = 20_000 });
        using var objective = Objective.Of(runs.Training(10) with { Model = SmallModel.Shape(width: 32, context: 4, vocabulary: 5) }, runs.Store, CPU);
        var measured = objective.Evaluate(new EvaluationSpec { Metrics = [MetricName.Induction] }, TestContext.Current.CancellationToken);
        Assert.Equal([RunEvaluation.LossFloor], measured.Metrics!.Keys);
        Assert.Null(measured.Heads);
    }
}
