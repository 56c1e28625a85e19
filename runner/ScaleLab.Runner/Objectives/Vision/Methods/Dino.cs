using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>DINO (Caron et al. 2021; facebookresearch/dino): multi-crop self-distillation. Positions are fixed here, and stretched for small crops as the released code interpolates its learned ones.</summary>
internal sealed class Dino : ISelfSupervised
{
    private const int LargeCrops = 2;

    // Of ln K: how near to a tie of all prototypes, or to one that takes every image, counts as a collapse.
    private const double Nearly = 0.01;

    private readonly DinoShape _shape;
    private readonly Network _student;
    private readonly Teacher<Network> _teacher;
    private readonly Tensor _centre; // (K)
    private readonly Tensor _localPositions;
    private Tensor? _nextCentre;
    private Tensor? _targets;

    public Dino(DinoShape shape, Initializer initializer)
    {
        _shape = shape;
        var side = shape.LocalSize / shape.Patch;
        _localPositions = initializer.Table(SineCosine.ColumnFirst(shape.Width, side, side, stretch: (double)shape.Grid / side));
        _centre = initializer.Table(zeros([shape.Prototypes]));
        _student = new Network(Parameters, shape, initializer);
        _teacher = new Teacher<Network>(Parameters, set => new Network(set, shape, initializer));
        Views = [ViewRecipe.DinoGlobal1, ViewRecipe.DinoGlobal2, .. Enumerable.Repeat(ViewRecipe.DinoLocal with { Size = shape.LocalSize }, shape.LocalCrops)];
    }

    public IReadOnlyList<ViewRecipe> Views { get; }

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => [.. _teacher.State, ("centre", _centre)];

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (large, small) = (cat([.. views.Take(LargeCrops)]), views.Skip(LargeCrops).ToArray());
        var targets = Targets(large);
        var codes = _student.Embedding.Watched(_student.Embedding.Features(large));
        var all = small.Length == 0 ? codes : cat([codes, _student.Embedding.Features(cat(small), _localPositions)]);
        var loss = DinoLoss.Mean(_student.Logits(all).view(views.Count, draws.Count, -1), targets, _shape.StudentTemperature);

        // Summed over the crops, where the cross entropy is a mean over their pairs: so does DINOv2 (ssl_meta_arch.py).
        return _shape.Koleo == 0 ? loss : loss + (_shape.Koleo * codes.chunk(LargeCrops).Select(DinoLoss.KoLeo).Aggregate((a, b) => a + b));
    }

    // main_dino.py of the released code: momentum_schedule[it] after the step of that number, from 0.
    public void AfterStep(long steps, long? end)
    {
        _teacher.Follow(Momentum.Cosine(_shape.Momentum, (steps - 1.0) / end));
        _centre.copy_(_nextCentre!);
    }

    public string? Collapse() => _student.Embedding.Collapse() ?? (_targets is null ? null : Entropies(_targets) switch
    {
        var (each, _) when each > (1 - Nearly) * Math.Log(_shape.Prototypes) => "all prototypes tie: the loss stays at ln K",
        var (_, mean) when mean < Nearly * Math.Log(_shape.Prototypes) => "one prototype takes every image",
        _ => null,
    });

    public Tensor Features(Tensor images) => _student.Embedding.Features(images);

    public FrozenEncoder Encoder => _student.Embedding.Encoder;

    public IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views)
    {
        Targets(cat([.. views.Take(LargeCrops)]));
        return [("target_entropy", Entropies(_targets!).Mean)];
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _student.Dispose();
        _teacher.Dispose();
        _centre.Dispose();
        _localPositions.Dispose();
        _nextCentre?.Dispose();
        _targets?.Dispose();
    }

    // (2, B, K), and the centre that they lead to.
    private Tensor Targets(Tensor large)
    {
        using var frozen = no_grad();
        var logits = _teacher.Network.Logits(_teacher.Network.Embedding.Features(large));
        Keep(ref _nextCentre, DinoLoss.NextCentre(_centre, logits));
        var probabilities = _shape.Targets == DinoTargets.Sinkhorn
            ? DinoLoss.SinkhornKnopp(logits, _shape.TeacherTemperature)
            : DinoLoss.Centred(logits, _centre, _shape.TeacherTemperature);
        Keep(ref _targets, probabilities);
        return probabilities.view(LargeCrops, -1, _shape.Prototypes);
    }

    private static void Keep(ref Tensor? place, Tensor value)
    {
        place?.Dispose();
        place = value.alias().DetachFromDisposeScope();
    }

    // Mean entropy of a target, and entropy of the mean target, in nats.
    private static (double Each, double Mean) Entropies(Tensor targets)
    {
        var all = targets.view(-1, targets.shape[^1]).to(float64);
        return (Entropy(all).mean().item<double>(), Entropy(all.mean([0])).item<double>());

        static Tensor Entropy(Tensor p) => special.entr(p).sum(-1);
    }

    /// <summary>Encoder, bottleneck, and prototypes of length 1 whose cosines with it are the logits.</summary>
    private sealed class Network(ParameterSet set, DinoShape shape, Initializer initializer) : IDisposable
    {
        private readonly Tensor _prototypes = set.Add("prototypes", ParameterKind.Matrix, initializer.Normal(0.02, shape.Prototypes, shape.EmbeddingWidth), scales: false);

        public EmbeddingNetwork Embedding { get; } = new(set, shape, SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid), initializer);

        /// <returns>(N, K).</returns>
        public Tensor Logits(Tensor codes) => DinoLoss.Logits(Embedding.Project(codes), _prototypes);

        public void Dispose() => Embedding.Dispose();
    }
}
