using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Masks;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>I-JEPA (Assran et al. 2023; facebookresearch/ijepa): the codes of hidden blocks from that of a context. Probes read the target encoder, as in the paper.</summary>
internal sealed class Ijepa : ISelfSupervised
{
    private readonly IjepaShape _shape;
    private readonly VisionEncoder _encoder;
    private readonly Teacher<VisionEncoder> _teacher;
    private readonly JepaPredictor _predictor;
    private readonly Tensor _positions; // (L, C)
    private readonly Tensor _predictorPositions; // (L, C')
    private readonly CodeWatch _watch = new();
    private readonly int _target;

    public Ijepa(IjepaShape shape, Initializer initializer)
    {
        (_shape, _target) = (shape, shape.Target);
        _positions = initializer.Table(SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid));
        _predictorPositions = initializer.Table(SineCosine.ColumnFirst(shape.PredictorWidth, shape.Grid, shape.Grid));
        _encoder = new VisionEncoder(Parameters, shape, initializer);
        _teacher = new Teacher<VisionEncoder>(Parameters, set => new VisionEncoder(set, shape, initializer));
        _predictor = new JepaPredictor(Parameters, shape, _predictorPositions, spread: 0.02, initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Ijepa];

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => _teacher.State;

    private Func<Tensor, Tensor, Tensor> Distance => _shape.Variant == LossVariant.Paper ? JepaLoss.L2 : JepaLoss.SmoothL1;

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (context, blocks) = Masks(draws, views[0].device);
        return Loss(views[0], context, blocks);
    }

    public Tensor Losses(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (context, blocks) = Masks(draws, views[0].device);
        var (predictions, targets) = Predict(views[0], context, blocks);
        return JepaLoss.Each(Distance, predictions, targets, draws.Count);
    }

    /// <param name="images">(B, C, S, S).</param>
    /// <param name="context">Numbers of the patches that the encoder sees, (B, K).</param>
    /// <param name="blocks">Those of each block to predict, (B, M).</param>
    public Tensor Loss(Tensor images, Tensor context, IReadOnlyList<Tensor> blocks)
    {
        var (predictions, targets) = Predict(images, context, blocks);
        return Distance(predictions, targets);
    }

    // (blocks · B, M, C) both.
    private (Tensor Predictions, Tensor Targets) Predict(Tensor images, Tensor context, IReadOnlyList<Tensor> blocks)
    {
        var patches = _encoder.Patches(images);
        Tensor targets;
        using (no_grad())
        {
            var codes = _teacher.Network.Run(patches, _positions);
            _watch.Watched(codes.mean([1]));
            codes = JepaLoss.Targets(codes);
            targets = cat([.. blocks.Select(b => Tokens.Pick(codes, b))]);
        }

        var seen = _encoder.Run(Tokens.Pick(patches, context), Tokens.Rows(_positions, context));
        return (_predictor.Run(seen, context, blocks), targets);
    }

    private (Tensor Context, List<Tensor> Blocks) Masks(SampleDraws draws, Device device)
    {
        var masks = Enumerable.Range(0, draws.Count).Select(i => IjepaMask.Draw(_shape, _target, draws[i])).ToList();
        return (Numbers(m => m.Context), [.. Enumerable.Range(0, IjepaShape.Blocks).Select(block => Numbers(m => m.Targets[block]))]);

        Tensor Numbers(Func<IjepaMask, long[]> patches) => Transfer.To(tensor(masks.SelectMany(patches).ToArray()).view(masks.Count, -1), device);
    }

    // train.py of the released code takes the first momentum of its schedule after the first step.
    public void AfterStep(long steps, long? end) => _teacher.Follow(Momentum.Linear(_shape.Momentum, (steps - 1.0) / end));

    public string? Collapse() => _watch.Collapse();

    public Tensor Features(Tensor images) => _teacher.Network.Features(images, _positions);

    public FrozenEncoder Encoder => new(_teacher.Network, _positions, _teacher.Network.Patches);

    public IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views) => [("target_spread", Spectrum.Spread(Features(views[0])))];

    public void Dispose()
    {
        Parameters.Dispose();
        _teacher.Dispose();
        _watch.Dispose();
        _positions.Dispose();
        _predictorPositions.Dispose();
    }
}
