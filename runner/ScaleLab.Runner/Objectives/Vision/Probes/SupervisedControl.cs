using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>The same encoder taught labels: what its attention finds is what supervision alone gives (the comparison of DINO's paper). It begins at the same weights and sees as many images as the run, up to a cap, as they are.</summary>
internal sealed class SupervisedControl : IDisposable
{
    // More would cost more than the run itself, and its classes are few.
    private const long MostImages = 16_384;
    private const double WarmupSteps = 40;

    // The recipe's, for a run under LARS: its own rate is far beyond what AdamW bears.
    private const double AdamwLr = 2e-3;

    private readonly ParameterSet _set = new();

    /// <param name="training">Shape, batch, rates and amount.</param>
    /// <param name="untrained">With the weights that training began with.</param>
    /// <param name="images">With labels.</param>
    /// <param name="device">Where the encoder lives.</param>
    /// <param name="stop">Ends the training.</param>
    public SupervisedControl(TrainingSpec training, ISelfSupervised untrained, IImageSet images, Device device, CancellationToken stop)
    {
        using var graph = enable_grad();
        using var initializer = new Initializer(training.Seed, device, precision: training.Precision);
        var shape = (VisionShape)training.Model;
        using (NewDisposeScope())
        {
            Encoder = untrained.Encoder with { Network = new VisionEncoder(_set, shape, initializer) };
        }

        // Methods need not draw their encoder first.
        using (no_grad())
        {
            foreach (var p in _set.All.Concat(_set.Frozen))
            {
                p.Value.copy_(untrained.Parameters[p.Name]);
            }
        }

        var head = new Dense(_set, "head", shape.Width, images.Info.Classes, initializer);
        var batch = (int)training.Batch.Initial;
        var steps = Math.Max(1, Math.Min(training.D, MostImages) / batch);
        var order = ImageSet.Order(images.Info, training.Seed);
        var loader = new ViewLoader(images, [ViewRecipe.None], order, training.Seed);
        var rates = training.Optimizer.Kind == OptimizerKind.Adamw ? training.Optimizer : new OptimizerSpec { Lr = AdamwLr };
        using var optimizer = new FusedAdamW(_set, rates, shape.Width);
        for (var step = 0L; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var labels = tensor(Enumerable.Range(0, batch).Select(i => (long)images.TrainLabel(order[(step * batch) + i])).ToArray()).to(device);
            F.cross_entropy(head.Apply(Encoder.Read(loader.Train(step * batch, batch)[0].to(device))).to(float32), labels).backward();

            // Up, then evenly down to nothing.
            optimizer.Step(rates.Lr * Math.Min(1, (step + 1) / WarmupSteps) * (1 - ((double)step / steps)));
            _set.DropGradients();
        }
    }

    public FrozenEncoder Encoder { get; }

    public void Dispose() => _set.Dispose();
}
