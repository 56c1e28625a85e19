using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Checkpoints;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>Self-supervised vision: a method, its images, and the views it sees of them.</summary>
internal sealed class VisionObjective : IObjective
{
    // Masks and views of the held-out set: the same for every run, whatever its seed.
    private const ulong HeldOutKey = 0x48454C444F5554;
    private const string WeightFile = "model.safetensors";
    private const int MostThreads = 8;

    private readonly TrainingSpec _training;
    private readonly ISelfSupervised _method;
    private readonly IImageSet _images;
    private readonly ViewLoader _loader;
    private readonly ViewLoader _heldOut;
    private readonly Device _device;
    private readonly Standardisation? _onGpu;
    private readonly ulong _key;

    public VisionObjective(TrainingSpec training, CorpusStore store, Device device, bool recompute = false)
    {
        (_training, _device, _key) = (training, device, SplitMix64.Mix((ulong)training.Seed));
        _images = ImageSet.Open(store, training.Corpus);
        _onGpu = device.type == TorchSharp.DeviceType.CUDA ? new Standardisation(_images.Info, device) : null;
        using var scope = NewDisposeScope();
        using var initializer = new Initializer(training.Seed, device, precision: training.Precision) { Recompute = recompute };
        _method = Objective.Method((VisionShape)training.Model, initializer);
        _loader = new ViewLoader(_images, _method.Views, ImageSet.Order(_images.Info, training.Seed), training.Seed, Threads(device));
        _heldOut = new ViewLoader(_images, _method.HeldOutViews, ImageSet.Order(_images.Info, training.Seed), training.Seed);
        _method.Prepare((first, count) => _loader.Plain(heldOut: false, first, count).to(_device));
    }

    public ParameterSet Parameters => _method.Parameters;

    public IReadOnlyList<(string Name, Tensor Value)> State => _method.State;

    private IReadOnlyList<(string, Tensor)> Weights => [.. Parameters.All.Select(p => (p.Name, p.Value)), .. State];

    // A GPU makes the views itself, of bytes, which are a quarter of their size.
    public Tensor[] Read(long first, int count) => _onGpu is not null ? _loader.Raw(first, count) : _loader.Train(first, count);

    public Tensor LossSum(Tensor[] batch, long first)
    {
        var count = (int)batch[0].shape[0];
        return _method.Loss(_onGpu is { } standardisation ? _loader.Render(batch, standardisation) : batch, new SampleDraws(_key, first, count)) * count;
    }

    // A method whose schedules end with the run may know its end where every D has a run of its own.
    public void AfterStep(long step)
    {
        using var scope = NewDisposeScope();
        _method.AfterStep(step, _training.Schedule.Kind == ScheduleKind.Cosine ? _training.EndStep : null);
    }

    public string? Collapse()
    {
        using var scope = NewDisposeScope();
        return _method.Collapse();
    }

    public Evaluation Evaluate(EvaluationSpec evaluation, CancellationToken stop)
    {
        using var frozen = no_grad();

        // Where a loss compares the images of a batch, it depends on how many they are: batches are as large as those of the training, whole ones alone.
        var batch = (int)Math.Min(_training.Batch.Initial, _images.Info.HeldOut);
        var images = Math.Min(evaluation.Blocks ?? int.MaxValue, _images.Info.HeldOut);
        images = _training.Model.CouplesBatch ? Math.Max(1, images / batch) * batch : images;
        var losses = new List<double>(); // of images, or of batches whose images are compared
        using var world = World();
        double? floor = world is null ? null : 0;
        for (var first = 0; first < images; first += batch)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(batch, images - first);
            var views = Moved(_heldOut.HeldOut(first, count));
            var draws = new SampleDraws(HeldOutKey, first, count);
            losses.AddRange((_method.Losses(views, draws) ?? _method.Loss(views, draws).view(1)).to(float64, CPU).data<double>());
            floor += world is null ? null : _method.Floor(world, views, draws) * count / images;
        }

        var mean = losses.Average();
        if (!double.IsFinite(mean))
        {
            // Of a model that has diverged nothing else can be measured.
            return new Evaluation(mean, null);
        }

        var deviation = Math.Sqrt(losses.Sum(l => Math.Pow(l - mean, 2)) / (losses.Count - 1.0));
        var (metrics, heads) = evaluation.ProbeImages > 0 ? Metrics(evaluation, batch, stop) : ([], null);
        return new Evaluation(mean, losses.Count > 1 ? deviation / Math.Sqrt(losses.Count) : null, Metrics: Measured([.. Floor(floor), .. metrics]), Heads: heads);
    }

    // What is no number is missing: of a spectrum with no second eigenvalue there is no slope.
    private static SortedDictionary<string, double>? Measured(List<(string Column, double Value)> all) => all.Count == 0
        ? null
        : new(all.Where(m => double.IsFinite(m.Value)).ToDictionary(m => m.Column, m => m.Value), StringComparer.Ordinal);

    private static (string, double)[] Floor(double? floor) => floor is { } known ? [(RunEvaluation.LossFloor, known)] : [];

    // Of the worlds, this one alone has a best predictor that can be written down.
    private FieldPredictor? World() => _images.Info.World is { Name: GaussianField.Name, Length: { } length }
        ? new FieldPredictor(_images.Info.Size, ((VisionShape)_training.Model).Patch, length, GaussianField.RoundingNoise)
        : null;

    private (List<(string Column, double Value)> Columns, IReadOnlyDictionary<string, double[][]>? Heads) Metrics(EvaluationSpec evaluation, int batch, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var probing = new Probing(_images, _loader, evaluation.ProbeImages, _device);
        using var initializer = new Initializer(_training.Seed, _device, precision: _training.Precision);
        using var untrained = Objective.Method((VisionShape)_training.Model, initializer);
        var emergent = new VisionMetrics(_training, evaluation, _images, _loader, _device, stop);
        List<(string Column, double Value)> all =
        [
            .. probing.Errors(_method.Features, "", stop),
            .. probing.Errors(untrained.Features, "_random", stop),
            .. probing.Spectra(_method, stop),
            .. _method.Health(Moved(_heldOut.HeldOut(0, batch))),
            .. emergent.Measure(_method, untrained).Select(m => (m.Key, m.Value)),
        ];
        return (all, emergent.Heads.Count > 0 ? emergent.Heads : null);
    }

    /// <summary>All weights by the names that timm gives a ViT's, and the shape.</summary>
    public void Export(string folder)
    {
        Directory.CreateDirectory(folder);
        Safetensors.Write(Path.Combine(folder, WeightFile), Weights);
        File.WriteAllBytes(Path.Combine(folder, "config.json"), JsonSerializer.SerializeToUtf8Bytes(_training.Model, ContractJson.Default.ModelShape));
    }

    public void Import(string folder) => Safetensors.Read(Path.Combine(folder, WeightFile), Weights);

    public void Dispose()
    {
        _method.Dispose();
        _onGpu?.Dispose();
        _images.Dispose();
    }

    // A GPU takes more images than one thread reads or draws; on a CPU another thread would take its core from another run.
    private static int Threads(Device device) => device.type == TorchSharp.DeviceType.CPU ? 1 : Math.Clamp(Environment.ProcessorCount - 1, 1, MostThreads);

    private List<Tensor> Moved(IEnumerable<Tensor> views) => [.. views.Select(v => Transfer.To(v, _device))];
}
