using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Masks;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision;

/// <summary>Methods that predict what is hidden: how they learn, what they see of an image, and what they say when all codes become one.</summary>
public sealed class PredictiveTests : TorchTests
{
    private const int Batch = 16;
    private const int Image = 16;
    private const int Frames = 4;

    public static TheoryData<string> Methods => [BeitShape.FamilyName, IjepaShape.FamilyName, VjepaShape.FamilyName];

    public static TheoryData<string, double> Followed => new() { { IjepaShape.FamilyName, 1 }, { VjepaShape.FamilyName, 1.25 } };

    private static SampleDraws Draws => new(7, first: 0, Batch);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Steps_on_one_batch_lower_its_loss(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var optimizer = new FusedAdamW(method.Parameters, new OptimizerSpec { Lr = 2e-3, WeightDecay = 0 }, width: 16);
        var images = Images(name);
        var losses = new List<float>();
        for (var step = 0; step < 25; step++)
        {
            using var inner = NewDisposeScope();
            var loss = method.Loss([images], Draws);
            loss.backward();
            optimizer.Step(2e-3);
            method.Parameters.DropGradients();
            method.AfterStep(1, null);
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^1] < 0.95 * losses[0], $"{losses[0]} became {losses[^1]}");
    }

    [Fact]
    public void Beit_at_the_start_is_as_good_as_chance()
    {
        using var scope = NewDisposeScope();
        using var method = Method(BeitShape.FamilyName);
        Assert.Equal(Math.Log(16), method.Loss([Images(BeitShape.FamilyName)], Draws).item<float>(), 0.05);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void No_gradient_comes_from_what_is_hidden(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        var images = Images(name).requires_grad_(true);
        method.Loss([images], Draws).backward();
        for (var i = 0; i < Batch; i++)
        {
            // A patch has a gradient where it is seen, none where it is a target: not through the mask, and not through the teacher or the tokens.
            var gradients = images.grad![i].abs().sum(name == VjepaShape.FamilyName ? [0, 1] : [0]).view(4, 4, 4, 4).sum([1, 3]).view(-1).data<float>().ToArray();
            Assert.Equal(Seen(name, i).Order(), gradients.Index().Where(g => g.Item > 0).Select(g => g.Index));
        }
    }

    [Theory]
    [InlineData(IjepaShape.FamilyName)]
    [InlineData(VjepaShape.FamilyName)]
    public void A_target_encoder_that_gives_every_image_one_code_raises_the_alarm(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var frozen = no_grad();
        Assert.Null(method.Collapse());
        method.Loss([Images(name)], Draws);
        Assert.Null(method.Collapse());
        Assert.InRange(method.Health([Images(name)]).Single().Value, 0.01, 1);

        method.State.Single(s => s.Name == "teacher.encoder.patch_embed.proj.weight").Value.zero_();
        method.Loss([Images(name)], Draws);
        Assert.Contains("one code", method.Collapse(), StringComparison.Ordinal);
        Assert.InRange(method.Health([Images(name)]).Single().Value, 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Followed))]
    public void The_target_encoder_begins_at_the_encoder_and_follows_it(string name, double scheduleLength)
    {
        using var scope = NewDisposeScope();
        using var method = Method(name);
        using var frozen = no_grad();
        var (target, encoder) = (method.State.Single(s => s.Name == "teacher.encoder.norm.weight").Value, method.Parameters["encoder.norm.weight"]);
        Assert.True(target.equal(encoder).all().item<bool>());
        encoder.add_(100);
        var start = name == IjepaShape.FamilyName ? 0.996 : 0.998;
        foreach (var (steps, end, share) in (ReadOnlySpan<(long, long?, double)>)[(1, null, 0), (1, 4, 0), (2, 4, 0.25), (4, 4, 0.75), (7, null, 0)])
        {
            var before = target.clone();
            method.AfterStep(steps, end);
            var momentum = start + ((1 - start) * share / scheduleLength);
            Assert.True(target.allclose((momentum * before) + ((1 - momentum) * encoder)), $"step {steps} of {end}");
        }
    }

    [Fact]
    public void The_paper_of_ijepa_has_another_loss()
    {
        using var scope = NewDisposeScope();
        using var released = Method(IjepaShape.FamilyName);
        using var paper = Method((IjepaShape)Shape(IjepaShape.FamilyName) with { Variant = LossVariant.Paper });
        Assert.True(paper.Loss([Images(IjepaShape.FamilyName)], Draws).item<float>() > released.Loss([Images(IjepaShape.FamilyName)], Draws).item<float>());
    }

    private static IEnumerable<int> Seen(string name, int i)
    {
        var random = Draws[i];
        return Shape(name) switch
        {
            BeitShape s => Enumerable.Range(0, 16).Except(BeitMask.Draw(s, random).Select(p => (int)p)),
            IjepaShape s => IjepaMask.Draw(s, s.Target, random).Context.Select(p => (int)p),
            VjepaShape s => s.Masks.SelectMany(m => VjepaMask.Draw(m, s.Grid, s.Steps, ref random).Context).Select(p => (int)p % 16).Distinct().ToList(),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    private static ISelfSupervised Method(string name) => Method(Shape(name));

    private static ISelfSupervised Method(VisionShape shape)
    {
        using var scope = NewDisposeScope();
        using var initializer = new Initializer(1, CPU);
        var method = Objective.Method(shape, initializer);
        method.Prepare((first, count) => Images(shape.Family, count, (ulong)first));
        return method;
    }

    private static VisionShape Shape(string name) => (VisionShape)ModelFamily.Named(name).Solve(
        10e3,
        ModelFamily.Named(name).Defaults switch
        {
            BeitOptions o => o with { Depth = 2, Codes = 16, CodebookImages = 32 },
            JepaOptions o => o with { Depth = 2, PredictorWidth = 16 },
            var o => o,
        },
        Corpus(name == VjepaShape.FamilyName ? Frames : 1));

    private static Tensor Images(string name, int count = Batch, ulong seed = 3) =>
        randn(name == VjepaShape.FamilyName ? [count, 3, Frames, Image, Image] : [count, 3, Image, Image], generator: new Generator(seed));

    private static CorpusInfo Corpus(int frames) => new()
    {
        Hash = new string('a', 64),
        Origin = "none",
        Vocabulary = "",
        VocabularySize = 0,
        TokenBytes = 0,
        TrainTokens = 0,
        HeldOutTokens = 0,
        BlockTokens = 0,
        Images = new ImageInfo { Size = Image, Channels = 3, Frames = frames, Train = 1000, HeldOut = 100, Mean = [0, 0, 0], Deviation = [1, 1, 1] },
    };
}
