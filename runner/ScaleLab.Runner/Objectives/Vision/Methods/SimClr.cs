using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>SimCLR (Chen et al. 2020; google-research/simclr), a ViT in the place of its ResNet. Both views share the statistics of the projector's norms.</summary>
internal sealed class SimClr : ISelfSupervised
{
    private readonly SimClrShape _shape;
    private readonly EmbeddingNetwork _network;

    public SimClr(SimClrShape shape, Initializer initializer)
    {
        _shape = shape;
        _network = new EmbeddingNetwork(Parameters, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.SimClr, ViewRecipe.SimClr];

    public ParameterSet Parameters { get; } = new();

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var pair = _network.EmbedTogether(views).unbind(0);
        return _shape.Variant == LossVariant.Paper
            ? SimClrLoss.Paper(pair[0], pair[1], _shape.Temperature)
            : SimClrLoss.Mean(pair[0], pair[1], _shape.Temperature);
    }

    public string? Collapse() => _network.Collapse();

    public Tensor Features(Tensor images) => _network.Features(images);

    public FrozenEncoder Encoder => _network.Encoder;

    public void Dispose()
    {
        Parameters.Dispose();
        _network.Dispose();
    }
}
