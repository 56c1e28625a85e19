using ScaleLab.Runner.Data.Images;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>What frozen features are worth: cheap measurements beside a loss that need not say so itself.</summary>
/// <param name="images">Training images to fit on, held-out ones to be measured on.</param>
/// <param name="loader">Reads them.</param>
/// <param name="trainingImages">How many of the first training images the probes are fitted on.</param>
/// <param name="device">Where the encoder lives.</param>
internal sealed class Probing(IImageSet images, ViewLoader loader, int trainingImages, Device device)
{
    private const int Batch = 256;

    // LiDAR's surrogate classes, and the views of each: enough for encoders of CPU size; the paper takes 1,000 × 50.
    private const int LidarImages = 128;
    private const int LidarViews = 8;

    private readonly int _count = (int)Math.Min(trainingImages, images.Info.Train ?? trainingImages);

    /// <summary>Error rates of a ridge probe and of weighted neighbours; empty where there are no labels.</summary>
    /// <param name="features">(B, C, S, S) → (B, d).</param>
    /// <param name="suffix">Ends the names of the columns.</param>
    /// <param name="stop">Ends the measurement.</param>
    public IEnumerable<(string Column, double Value)> Errors(Func<Tensor, Tensor> features, string suffix, CancellationToken stop)
    {
        var classes = images.Info.Classes;
        if (classes < 2 || _count < classes)
        {
            yield break;
        }

        using var scope = NewDisposeScope();
        var (train, heldOut) = (Features(features, false, _count, stop), Features(features, true, images.Info.HeldOut, stop));
        var labels = tensor(Enumerable.Range(0, _count).Select(i => (long)images.TrainLabel(i)).ToArray());
        var truth = tensor(Enumerable.Range(0, images.Info.HeldOut).Select(i => (long)images.HeldOutLabel(i)).ToArray());
        foreach (var (name, answers) in new[] { ("probe", RidgeProbe.Predict(train, labels, classes, heldOut)), ("knn", WeightedNeighbours.Predict(train, labels, classes, heldOut)) })
        {
            var error = 1 - answers.cpu().eq(truth).to(float64).mean().item<double>();
            yield return ($"{name}_error{suffix}", error);
            yield return ($"{name}_error_se{suffix}", Math.Sqrt(error * (1 - error) / truth.numel()));
        }
    }

    /// <summary>What the spectrum of held-out features says without labels.</summary>
    /// <param name="method">Its first view makes LiDAR's classes.</param>
    /// <param name="stop">Ends the measurement.</param>
    public IEnumerable<(string Column, double Value)> Spectra(ISelfSupervised method, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var features = Features(method.Features, true, images.Info.HeldOut, stop);
        yield return ("rankme", Spectrum.RankMe(features));
        yield return ("alpha_req", Spectrum.AlphaReq(features));
        yield return ("feature_spread", Spectrum.Spread(features));

        var views = new ViewLoader(images, [.. Enumerable.Repeat(method.Views[0], LidarViews)], ImageSet.Order(images.Info, 0), 0);
        var codes = views.HeldOut(0, Math.Min(LidarImages, images.Info.HeldOut)).Select(v => method.Features(v.to(device)).cpu()).ToArray();
        yield return ("lidar", Spectrum.Lidar(stack(codes, 1)));
    }

    private Tensor Features(Func<Tensor, Tensor> features, bool heldOut, int count, CancellationToken stop)
    {
        var parts = new List<Tensor>();
        for (var first = 0; first < count; first += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            parts.Add(features(loader.Plain(heldOut, first, Math.Min(Batch, count - first)).to(device)).cpu().to(float32).MoveToOuterDisposeScope());
        }

        return cat(parts);
    }
}
