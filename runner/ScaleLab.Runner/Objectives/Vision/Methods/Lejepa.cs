using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>LeJEPA (Balestriero and LeCun 2025; the authors' minimal code): no teacher, no stop-gradient, no schedule.</summary>
internal sealed class Lejepa : ISelfSupervised
{
    private readonly LejepaShape _shape;
    private readonly EmbeddingNetwork _network;

    public Lejepa(LejepaShape shape, Initializer initializer)
    {
        _shape = shape;
        Views = [.. Enumerable.Repeat(ViewRecipe.Lejepa, shape.Views)];
        _network = new EmbeddingNetwork(Parameters, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; }

    public ParameterSet Parameters { get; } = new();

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var embeddings = _network.EmbedTogether(views); // (V, B, D)
        using var random = new Generator(draws.Batch.Next(), CPU);
        var normal = Transfer.To(randn([_shape.EmbeddingWidth, _shape.Slices], generator: random).to(embeddings.dtype), embeddings.device);
        return LejepaLoss.Mean(embeddings, LejepaLoss.Slices(normal), _shape.Weight);
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
