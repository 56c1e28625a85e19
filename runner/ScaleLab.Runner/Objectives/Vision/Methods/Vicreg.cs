using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>VICReg (Bardes et al. 2022; facebookresearch/vicreg), a ViT in the place of its ResNet.</summary>
internal sealed class Vicreg : ISelfSupervised
{
    private readonly VicregShape _shape;
    private readonly EmbeddingNetwork _network;

    public Vicreg(VicregShape shape, Initializer initializer)
    {
        _shape = shape;
        _network = new EmbeddingNetwork(Parameters, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Byol1, ViewRecipe.Byol2];

    public ParameterSet Parameters { get; } = new();

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (x, y) = (_network.Embed(views[0]), _network.Embed(views[1]));
        return _shape.Variant == LossVariant.Paper
            ? VicregLoss.Paper(x, y, _shape.Similarity, _shape.Variance, _shape.Covariance)
            : VicregLoss.Mean(x, y, _shape.Similarity, _shape.Variance, _shape.Covariance);
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
