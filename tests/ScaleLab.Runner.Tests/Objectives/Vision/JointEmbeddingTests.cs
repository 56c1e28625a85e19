using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision;

/// <summary>Methods that compare views: how they learn, whom their teachers follow, and what they say when all codes become one.</summary>
public sealed class JointEmbeddingTests : TorchTests
{
    private const int Batch = 32;
    private const int Image = 16;

    public static TheoryData<string> Methods => [.. ModelFamily.All.Where(f => Shape(f.Name) is JointEmbeddingShape).Select(f => f.Name)];

    public static TheoryData<string> Followed => [.. ModelFamily.All.Where(f => Shape(f.Name) is JointEmbeddingShape { HasTeacher: true }).Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Steps_on_one_batch_lower_its_loss(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var optimizer = new FusedAdamW(method.Parameters, new OptimizerSpec { Lr = 1e-3, WeightDecay = 0 }, width: 16);
        var views = Images(method);
        var losses = new List<float>();
        for (var step = 0; step < 25; step++)
        {
            using var inner = NewDisposeScope();
            var loss = method.Loss(views, Draws);
            loss.backward();
            optimizer.Step(1e-3);
            method.Parameters.DropGradients();
            method.AfterStep(1, null);
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^1] < 0.98 * losses[0], $"{losses[0]} became {losses[^1]}");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void In_bfloat16_the_loss_is_nearly_the_same(string name)
    {
        using var scope = NewDisposeScope();
        using var exact = Method(name);
        using var initializer = new Initializer(1, CPU, precision: Precision.Bf16);
        using var rounded = Objective.Method(Shape(name), initializer);
        var (loss, other) = (exact.Loss(Images(exact), Draws), rounded.Loss(Images(rounded), Draws));
        Assert.Equal(float32, other.dtype);
        Assert.NotEqual(loss.item<float>(), other.item<float>());
        Assert.Equal(loss.item<float>(), other.item<float>(), 0.03 * loss.item<float>());
        other.backward();
        Assert.All(rounded.Parameters.All, p => Assert.Equal(float32, p.Value.grad!.dtype));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void An_encoder_that_gives_every_image_one_code_raises_the_alarm(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var frozen = no_grad();
        Assert.Null(method.Collapse());
        method.Loss(Images(method), Draws);
        Assert.Null(method.Collapse());

        method.Parameters["encoder.patch_embed.proj.weight"].zero_();
        method.Loss(Images(method), Draws);
        Assert.Contains("one code", method.Collapse(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "all prototypes tie")]
    [InlineData(false, "one prototype takes every image")]
    public void Dino_tells_its_two_collapses_apart(bool tie, string expected)
    {
        using var scope = NewDisposeScope();
        using var method = Method(DinoShape.FamilyName);
        using var frozen = no_grad();
        var state = method.State.ToDictionary(s => s.Name, s => s.Value);
        if (tie)
        {
            state["teacher.prototypes"].fill_(1);
        }
        else
        {
            state["centre"][3] = -100;
        }

        method.Loss(Images(method), Draws);
        Assert.Contains(expected, method.Collapse(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Followed))]
    public void A_teacher_follows_by_its_momentum_which_begins_as_set_and_nears_1_at_the_end_of_the_run(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var frozen = no_grad();
        method.Loss(Images(method), Draws);
        var (teacher, student) = (Pick("teacher.projector.0.weight"), method.Parameters["projector.0.weight"]);
        Assert.Equal(name != ByolShape.FamilyName, teacher.equal(student).all().item<bool>());

        // MoCo v3 moves its teacher before a step, the others after one: so its first update is that of the second step.
        student.add_(100);
        var ahead = name == MocoV3Shape.FamilyName ? 1 : 0;
        foreach (var (steps, end, share) in (ReadOnlySpan<(long, long?, double)>)[(1, null, 0), (1, 4, ahead / 4.0), (3, 4, (2 + ahead) / 4.0), (4, 4, (3 + ahead) / 4.0), (7, null, 0)])
        {
            var before = teacher.clone();
            method.AfterStep(steps, end);
            var momentum = 1 - (0.01 * (1 + Math.Cos(Math.PI * share)) / 2);
            Assert.True(teacher.allclose((momentum * before) + ((1 - momentum) * student)), $"step {steps} of {end}");
        }

        Tensor Pick(string tensor) => method.State.Single(s => s.Name == tensor).Value;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_frozen_patch_embedding_is_carried_along_untrained(bool frozen)
    {
        using var method = Method((MocoV3Shape)Shape(MocoV3Shape.FamilyName) with { FrozenPatches = frozen });
        string[] embedding = ["encoder.patch_embed.proj.weight", "encoder.patch_embed.proj.bias"];
        Assert.Equal(frozen ? [] : embedding, method.Parameters.All.Select(p => p.Name).Intersect(embedding));
        Assert.Equal(frozen ? embedding : [], method.State.Select(s => s.Name).Intersect(embedding));
        Assert.Equal(!frozen, method.Parameters[embedding[0]].requires_grad);
    }

    [Fact]
    public void The_centre_of_dino_follows_the_mean_logits_of_the_teacher()
    {
        using var scope = NewDisposeScope();
        using var method = Method(DinoShape.FamilyName);
        using var frozen = no_grad();
        var centre = method.State.Single(s => s.Name == "centre").Value;
        method.Loss(Images(method), Draws);
        Assert.Equal(0, centre.abs().max().item<float>());
        method.AfterStep(1, null);
        var once = centre.clone();
        Assert.True(once.abs().max().item<float>() > 0);

        // The teacher has not moved: its mean logits m give 0.1 m, then 0.19 m.
        method.Loss(Images(method), Draws);
        method.AfterStep(1, null);
        Assert.True(centre.allclose(1.9 * once, rtol: 1e-3, atol: 1e-6));
    }

    [Theory]
    [InlineData(DinoTargets.Sinkhorn, 0)]
    [InlineData(DinoTargets.Centre, 0.1)]
    public void Options_of_dino_change_its_loss(DinoTargets targets, double koleo)
    {
        using var scope = NewDisposeScope();
        using var usual = Method(DinoShape.FamilyName);
        using var changed = Method((DinoShape)Shape(DinoShape.FamilyName) with { Targets = targets, Koleo = koleo });
        Assert.NotEqual(usual.Loss(Images(usual), Draws).item<float>(), changed.Loss(Images(changed), Draws).item<float>());
    }

    [Fact]
    public void Koleo_is_summed_over_the_large_crops()
    {
        using var scope = NewDisposeScope();
        using var usual = Method(DinoShape.FamilyName);
        using var changed = Method((DinoShape)Shape(DinoShape.FamilyName) with { Koleo = 0.1 });
        var views = Images(usual);
        var koleo = views.Take(2).Sum(v => DinoLoss.KoLeo(usual.Features(v)).item<float>());
        Assert.Equal(usual.Loss(views, Draws).item<float>() + (0.1 * koleo), changed.Loss(views, Draws).item<float>(), 1e-4);
    }

    [Theory]
    [InlineData(SimClrShape.FamilyName)]
    [InlineData(VicregShape.FamilyName)]
    public void The_paper_has_another_loss(string name)
    {
        using var scope = NewDisposeScope();
        using var released = Method(name);
        using var paper = Method(Shape(name) switch
        {
            SimClrShape s => s with { Variant = LossVariant.Paper },
            VicregShape s => s with { Variant = LossVariant.Paper },
            var s => s,
        });
        Assert.NotEqual(released.Loss(Images(released), Draws).item<float>(), paper.Loss(Images(paper), Draws).item<float>());
    }

    private static SampleDraws Draws => new(1, 0, Batch);

    private static VisionShape Shape(string name)
    {
        var corpus = new CorpusInfo
        {
            Hash = "",
            Origin = "",
            Vocabulary = "",
            VocabularySize = 0,
            TokenBytes = 0,
            TrainTokens = 0,
            HeldOutTokens = 0,
            BlockTokens = 0,
            Images = new ImageInfo { Size = Image, Channels = 3, HeldOut = Batch, Mean = [0, 0, 0], Deviation = [1, 1, 1] },
        };
        var family = ModelFamily.Named(name);
        return family.Obstacle(family.Defaults, corpus) is null && family.Defaults is VisionOptions ? (VisionShape)family.Solve(7_400, family.Defaults, corpus) : null!;
    }

    private static ISelfSupervised Method(string name) => Method(Shape(name));

    private static ISelfSupervised Method(VisionShape shape)
    {
        using var scope = NewDisposeScope();
        using var initializer = new Initializer(1, CPU);
        return Objective.Method(shape, initializer);
    }

    // Half noise, half one pattern of the image's own: what the views of an image share.
    private static List<Tensor> Images(ISelfSupervised method)
    {
        using var random = new Generator(5, CPU);
        var own = randn([Batch, 3, 1, 1], generator: random);
        return [.. method.Views.Select(v => own + (0.5 * randn([Batch, 3, v.Size ?? Image, v.Size ?? Image], generator: random)))];
    }
}
