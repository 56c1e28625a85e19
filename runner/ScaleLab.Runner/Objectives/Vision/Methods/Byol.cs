using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>BYOL (Grill et al. 2020; deepmind-research/byol), a ViT in the place of its ResNet. The target network begins at weights of its own.</summary>
internal sealed class Byol : ISelfSupervised
{
    private readonly ByolShape _shape;
    private readonly EmbeddingNetwork _network;
    private readonly ProjectionHead _predictor;
    private readonly Teacher<EmbeddingNetwork> _teacher;

    public Byol(ByolShape shape, Initializer initializer)
    {
        _shape = shape;
        _network = Network(Parameters);
        _predictor = new ProjectionHead(Parameters, "predictor", shape.Predictor, initializer, scales: false);
        _teacher = new Teacher<EmbeddingNetwork>(Parameters, Network, apart: true);

        EmbeddingNetwork Network(ParameterSet set) => new(set, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Byol1, ViewRecipe.Byol2];

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => _teacher.State;

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        Tensor target1, target2;
        using (no_grad())
        {
            (target1, target2) = (_teacher.Network.Embed(views[0]), _teacher.Network.Embed(views[1]));
        }

        return ByolLoss.Mean(Predict(views[0]), Predict(views[1]), target1, target2);

        Tensor Predict(Tensor view) => _predictor.Apply(_network.Embed(view));
    }

    // byol_experiment.py of the released code gives target_ema the number of the step that was just taken, from 0.
    public void AfterStep(long steps, long? end) => _teacher.Follow(Momentum.Cosine(_shape.Momentum, (steps - 1.0) / end));

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
