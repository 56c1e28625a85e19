using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision.Probes;
using ScaleLab.Runner.Tests.Data;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Probes;

public sealed class VisionMetricsTests : TorchTests, IDisposable
{
    private readonly TemporaryStore _temporary = new();

    public static TheoryData<string> Methods => [.. ModelFamily.All.Select(f => f.Name).Where(n => n != LanguageModelShape.FamilyName)];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_is_measured_with_its_controls(string method)
    {
        var (training, corpus) = Training(method);
        using var objective = Objective.Of(training, _temporary.Store, CPU);
        MetricName[] metrics = [MetricName.AttentionSegmentation, MetricName.OutlierTokens, .. corpus.Images!.Frames > 1 ? [MetricName.Physics] : Array.Empty<MetricName>()];
        var measured = objective.Evaluate(new EvaluationSpec { Blocks = 1, ProbeImages = 64, Metrics = metrics }, TestContext.Current.CancellationToken);
        string[] columns =
        [
            "attention_ap", "attention_ap_random", "attention_ap_shuffled", "attention_ap_supervised",
            "attention_jaccard", "attention_jaccard_random", "attention_jaccard_shuffled", "attention_jaccard_supervised",
            "outlier_tokens", "token_norm_ratio", "token_norm_ratio_random",
            .. corpus.Images.Frames > 1 ? ["position_r2", "position_r2_random", "velocity_r2", "velocity_r2_random"] : Array.Empty<string>(),
        ];
        Assert.All(columns, c => Assert.True(measured.Metrics!.ContainsKey(c), c));

        // Before the first step the two are one.
        Assert.Equal(measured.Metrics!["attention_ap_random"], measured.Metrics["attention_ap"]);
        Assert.Equal(((VisionShape)training.Model).Heads, measured.Heads!["attention_jaccard"][0].Length);
        Assert.InRange(measured.Metrics["attention_ap"], 0.05, 0.6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_supervised_control_begins_at_the_weights_of_the_run(string method)
    {
        using var scope = NewDisposeScope();
        var (training, corpus) = Training(method);
        using var images = ImageSet.Open(_temporary.Store, corpus.Hash);
        using var initializer = new Initializer(training.Seed, CPU);
        using var untrained = Objective.Method((VisionShape)training.Model, initializer);
        using var control = new SupervisedControl(training with { Optimizer = new OptimizerSpec { Lr = 0 } }, untrained, images, CPU, TestContext.Current.CancellationToken);
        var seen = new ViewLoader(images, [], ImageSet.Order(images.Info, 0), 0).Plain(heldOut: true, 0, 4);
        Assert.Equal(untrained.Encoder.Look(seen).Tokens.data<float>(), control.Encoder.Look(seen).Tokens.data<float>());
    }

    [Fact]
    public void A_mask_is_that_of_the_image_that_was_stored()
    {
        var corpus = _temporary.Prepare(new DataSpec { Source = DataSource.ShapeLeaves, HeldOutImages = 4, Size = 16 });
        using var images = ImageSet.Open(_temporary.Store, corpus.Hash);
        var (stored, drawn) = (new byte[corpus.Images!.SampleBytes], new byte[corpus.Images.SampleBytes]);
        for (var i = 0; i < 4; i++)
        {
            images.ReadHeldOut(i, stored);
            ((ShapeLeaves)images.World!).Draw(IImageSet.HeldOutNumber(i), drawn, new int[16 * 16]);
            Assert.Equal(stored, drawn);
        }
    }

    [Fact]
    public void An_encoder_sees_the_same_whether_it_is_looked_into_or_not()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (training, _) = Training("dino");
        using var initializer = new Initializer(1, CPU);
        using var method = Objective.Method((VisionShape)training.Model, initializer);
        var images = randn(3, 3, 16, 16);
        var (tokens, attention) = method.Encoder.Look(images);
        Assert.Equal([3L, 16, ((VisionShape)training.Model).Width], tokens.shape);
        Assert.Equal([3L, ((VisionShape)training.Model).Heads, 16], attention.shape);
        Assert.True(attention.sum(-1).lt(1).all().item<bool>()); // what is left goes to the class token
        Assert.Equal(method.Features(images).data<float>(), method.Encoder.Read(images).data<float>());
    }

    private (TrainingSpec Training, CorpusInfo Corpus) Training(string method)
    {
        var family = ModelFamily.Named(method);
        var corpus = _temporary.Prepare(family.Unit == "clips"
            ? new DataSpec { Source = DataSource.MovingShapes, Size = 16, Frames = 4, HeldOutImages = 64 }
            : new DataSpec { Source = DataSource.ShapeLeaves, Size = 16, HeldOutImages = 64 });
        return (new TrainingSpec
        {
            Model = family.Solve(8000, family.Defaults, corpus),
            Corpus = corpus.Hash,
            Phase = RunPhase.Whole,
            StartStep = 0,
            EndStep = 4,
            D = 128,
            Batch = new BatchSpec { Initial = 32 },
            Schedule = new ScheduleSpec { Kind = ScheduleKind.Wsd, Warmup = 32 },
            Optimizer = new OptimizerSpec { Lr = 2e-3 },
            Seed = 3,
        }, corpus);
    }
}
