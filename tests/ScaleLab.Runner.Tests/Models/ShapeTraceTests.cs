using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Models;

/// <summary>What a plan says about a model against what the model computes.</summary>
public sealed class ShapeTraceTests : TorchTests
{
    public static TheoryData<LanguageModelShape> Shapes => [.. Designed];

    private static IEnumerable<LanguageModelShape> Designed =>
    [
        SmallModel.Shape(),
        SmallModel.Shape(tied: true),
        SmallModel.Shape(width: 24, heads: 3, depth: 1, vocabulary: 11, context: 7),
        LanguageModelFamily.Solve(133_000, new LanguageModelOptions { Context = 32 }, vocabulary: 256),
    ];

    [Theory]
    [MemberData(nameof(Shapes), DisableDiscoveryEnumeration = true)]
    public void The_parameters_of_a_plan_are_those_of_the_model(LanguageModelShape shape)
    {
        using var model = new LanguageModel(shape, seed: 1, CPU);
        var counted = model.Parameters.All.ToLookup(p => p.Kind, p => p.Value.numel());
        var head = counted[ParameterKind.Head].Sum();
        Assert.Equal(counted[ParameterKind.Embedding].Sum(), shape.Parameters.Embedding);
        Assert.Equal(counted[ParameterKind.Matrix].Sum() + counted[ParameterKind.Gain].Sum(), shape.Parameters.Body);
        Assert.Equal(head, shape.Parameters.Head);
        Assert.Equal(shape.Tied, head == 0);
        Assert.Equal(model.Parameters.Count, shape.Parameters.Total);
    }

    [Theory]
    [MemberData(nameof(Shapes), DisableDiscoveryEnumeration = true)]
    public void The_flops_of_a_plan_are_those_of_the_products_that_are_computed(LanguageModelShape shape)
    {
        const int batch = 3;
        using var scope = NewDisposeScope();
        using var model = SmallModel.Shaken(shape);
        var tokens = SmallModel.Tokens(shape, batch, seed: 1);
        var counted = new CountedForward(shape, model.Parameters);
        var logits = counted.Logits(tokens);

        // What was counted is what the model computes.
        Assert.InRange((logits - model.Logits(tokens)).abs().max().item<float>(), 0, 1e-4 * logits.abs().max().item<float>());
        var units = batch * shape.Context;
        Assert.Equal(counted.ForwardFlops, shape.ForwardFlopsPerUnit * units);
        Assert.Equal(counted.ForwardFlops + counted.BackwardFlops, shape.TrainingFlops(units));
    }
}
