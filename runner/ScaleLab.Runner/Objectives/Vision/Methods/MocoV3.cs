using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>MoCo v3 (Chen, Xie and He 2021; facebookresearch/moco-v3): its negatives are the other images of the batch, there is no queue.</summary>
internal sealed class MocoV3 : ISelfSupervised
{
    private readonly MocoV3Shape _shape;
    private readonly EmbeddingNetwork _network;
    private readonly ProjectionHead _predictor;
    private readonly Teacher<EmbeddingNetwork> _teacher;

    public MocoV3(MocoV3Shape shape, Initializer initializer)
    {
        _shape = shape;
        _network = Network(Parameters);
        _predictor = new ProjectionHead(Parameters, "predictor", shape.Predictor, initializer, scales: false);
        _teacher = new Teacher<EmbeddingNetwork>(Parameters, Network);

        EmbeddingNetwork Network(ParameterSet set) => new(set, shape, SineCosine.RowFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Byol1, ViewRecipe.Byol2];

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => [.. _teacher.State, .. Parameters.Frozen.Select(p => (p.Name, p.Value))];

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        Tensor key1, key2;
        using (no_grad())
        {
            (key1, key2) = (_teacher.Network.Embed(views[0]), _teacher.Network.Embed(views[1]));
        }

        return MocoV3Loss.Mean(Query(views[0]), Query(views[1]), key1, key2, _shape.Temperature);

        Tensor Query(Tensor view) => _predictor.Apply(_network.Embed(view));
    }

    // The released code (moco/builder.py) moves the encoder of the keys before it computes them: after the step before, that is, by the momentum of the step to come.
    public void AfterStep(long steps, long? end) => _teacher.Follow(Momentum.Cosine(_shape.Momentum, (double)steps / end));

    public IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views) => [("target_std", Spectrum.Spread(_teacher.Network.Embed(views[0])))];

    public string? Collapse() => _network.Collapse();

    public Tensor Features(Tensor images) => _network.Features(images);

    public FrozenEncoder Encoder => _network.Encoder;

    public void Dispose()
    {
        Parameters.Dispose();
        _network.Dispose();
        _teacher.Dispose();
    }
}
