using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>Barlow Twins (Zbontar et al. 2021; facebookresearch/barlowtwins), a ViT in the place of its ResNet.</summary>
internal sealed class BarlowTwins : ISelfSupervised
{
    private readonly BarlowTwinsShape _shape;
    private readonly EmbeddingNetwork _network;

    public BarlowTwins(BarlowTwinsShape shape, Initializer initializer)
    {
        _shape = shape;
        _network = new EmbeddingNetwork(Parameters, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Byol1, ViewRecipe.Byol2];

    public ParameterSet Parameters { get; } = new();

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws) =>
        BarlowTwinsLoss.Mean(_network.Embed(views[0]), _network.Embed(views[1]), _shape.Redundancy);

    public string? Collapse() => _network.Collapse();

    public Tensor Features(Tensor images) => _network.Features(images);

    public FrozenEncoder Encoder => _network.Encoder;

    public void Dispose()
    {
        Parameters.Dispose();
        _network.Dispose();
    }
}
