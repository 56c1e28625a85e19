using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Masks;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>V-JEPA (Bardes et al. 2024; facebookresearch/jepa): the codes of tubes that are hidden in a clip, from what is seen. Probes read the mean code of the target encoder.</summary>
internal sealed class Vjepa : ISelfSupervised
{
    // The released schedule is a quarter longer than the run, so the momentum never reaches 1.
    private const double ScheduleLength = 1.25;

    private readonly VjepaShape _shape;
    private readonly VisionEncoder _encoder;
    private readonly Teacher<VisionEncoder> _teacher;
    private readonly JepaPredictor _predictor;
    private readonly Tensor _positions; // (L, C)
    private readonly Tensor _predictorPositions; // (L, C')
    private readonly CodeWatch _watch = new();

    public Vjepa(VjepaShape shape, Initializer initializer)
    {
        _shape = shape;
        _positions = initializer.Table(SineCosine.Volume(shape.Width, shape.Steps, shape.Grid, shape.Grid));
        _predictorPositions = initializer.Table(SineCosine.Volume(shape.PredictorWidth, shape.Steps, shape.Grid, shape.Grid));
        _encoder = new VisionEncoder(Parameters, shape, initializer);
        _teacher = new Teacher<VisionEncoder>(Parameters, set => new VisionEncoder(set, shape, initializer));
        _predictor = new JepaPredictor(Parameters, shape, _predictorPositions, spread: 0, initializer);
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Vjepa];

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => _teacher.State;

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws) => Loss(views[0], Masks(draws, views[0].device));

    public Tensor Losses(IReadOnlyList<Tensor> views, SampleDraws draws) =>
        Mean(Predict(views[0], Masks(draws, views[0].device)).Select(p => JepaLoss.Each(JepaLoss.L1, p.Prediction, p.Targets, draws.Count)));

    /// <param name="clips">(B, C, T, S, S).</param>
    /// <param name="masks">For each kind the numbers of the patches that the encoder sees, (B, K), and of those to predict, (B, M).</param>
    public Tensor Loss(Tensor clips, IReadOnlyList<(Tensor Context, Tensor Target)> masks) => Mean(Predict(clips, masks).Select(p => JepaLoss.L1(p.Prediction, p.Targets)));

    // For each kind (B, M, C) both.
    private IEnumerable<(Tensor Prediction, Tensor Targets)> Predict(Tensor clips, IReadOnlyList<(Tensor Context, Tensor Target)> masks)
    {
        var patches = Tubelets(clips);
        Tensor targets; // (B, L, C)
        using (no_grad())
        {
            var codes = _teacher.Network.Run(patches, _positions);
            _watch.Watched(codes.mean([1]));
            targets = JepaLoss.Targets(codes);
        }

        return masks.Index().Select(mask =>
        {
            var (kind, (context, target)) = mask;
            var seen = _encoder.Run(Tokens.Pick(patches, context), Tokens.Rows(_positions, context));
            return (_predictor.Run(seen, context, [target], kind), Tokens.Pick(targets, target));
        });
    }

    private Tensor Mean(IEnumerable<Tensor> ofKinds) => ofKinds.Aggregate((a, b) => a + b) / _shape.MaskTokens;

    private List<(Tensor Context, Tensor Target)> Masks(SampleDraws draws, Device device)
    {
        var masks = Enumerable.Range(0, draws.Count).Select(i =>
        {
            var random = draws[i];
            return _shape.Masks.Select(m => VjepaMask.Draw(m, _shape.Grid, _shape.Steps, ref random)).ToArray();
        }).ToList();
        return [.. Enumerable.Range(0, _shape.MaskTokens).Select(kind => (Numbers(m => m[kind].Context), Numbers(m => m[kind].Target)))];

        Tensor Numbers(Func<VjepaMask[], long[]> patches) => Transfer.To(tensor(masks.SelectMany(patches).ToArray()).view(masks.Count, -1), device);
    }

    // train.py of the released code takes the first momentum of its schedule after the first step.
    public void AfterStep(long steps, long? end) => _teacher.Follow(Momentum.Linear(_shape.Momentum, (steps - 1.0) / (end * ScheduleLength)));

    public string? Collapse() => _watch.Collapse();

    public Tensor Features(Tensor images) => _teacher.Network.Run(Tubelets(images), _positions).mean([1]);

    public FrozenEncoder Encoder => new(_teacher.Network, _positions, Tubelets);

    public IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views) => [("target_spread", Spectrum.Spread(Features(views[0])))];

    public void Dispose()
    {
        Parameters.Dispose();
        _teacher.Dispose();
        _watch.Dispose();
        _positions.Dispose();
        _predictorPositions.Dispose();
    }

    // (B, C, T, S, S) → (B, T/t · S/p · S/p, C·t·p·p), each patch by channel, frame, row, column: the order of a convolution's weights.
    private Tensor Tubelets(Tensor clips)
    {
        var (batch, channels, grid, p, t) = (clips.shape[0], clips.shape[1], (long)_shape.Grid, (long)_shape.Patch, (long)_shape.Tubelet);
        return clips.view(batch, channels, _shape.Steps, t, grid, p, grid, p).permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(batch, _shape.Patches, channels * t * p * p);
    }
}
