using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Data.Images.Worlds;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>What emerges in a vision encoder, by the columns of results.csv.</summary>
/// <param name="training">The run.</param>
/// <param name="evaluation">What is wanted.</param>
/// <param name="images">Its held-out part is measured on.</param>
/// <param name="loader">Reads it.</param>
/// <param name="device">Where the encoders live.</param>
/// <param name="stop">Ends the measurement.</param>
internal sealed class VisionMetrics(TrainingSpec training, EvaluationSpec evaluation, IImageSet images, ViewLoader loader, Device device, CancellationToken stop)
{
    private const int Batch = 64; // attention of clips fills memory
    private const int MostImages = 1024;

    private readonly Dictionary<string, double> _columns = [];
    private readonly int _count = Math.Min(MostImages, images.Info.HeldOut);

    /// <summary>Scores of the last layer's heads, as one layer of many.</summary>
    public SortedDictionary<string, double[][]> Heads { get; } = new(StringComparer.Ordinal);

    /// <param name="method">As it was trained.</param>
    /// <param name="untrained">With the weights that training began with.</param>
    public IReadOnlyDictionary<string, double> Measure(ISelfSupervised method, ISelfSupervised untrained)
    {
        if (evaluation.Measures(MetricName.AttentionSegmentation))
        {
            MeasureSegmentation(method, untrained);
        }

        if (evaluation.Measures(MetricName.OutlierTokens))
        {
            (_columns["outlier_tokens"], _columns["token_norm_ratio"]) = Outliers(method.Encoder);
            _columns["token_norm_ratio_random"] = Outliers(untrained.Encoder).Ratio;
        }

        if (evaluation.Measures(MetricName.Physics) && images.World is MovingShapes world && training.Model is VjepaShape)
        {
            MeasureMotion(world, method, "");
            MeasureMotion(world, untrained, "_random");
        }

        return _columns;
    }

    private void MeasureSegmentation(ISelfSupervised method, ISelfSupervised untrained)
    {
        if (Masks() is not { } masks)
        {
            return;
        }

        var shape = (VisionShape)training.Model;
        var (pixels, maps) = (images.Info.Frames * images.Info.Size * images.Info.Size / shape.Patches, Attention(method.Encoder));
        Heads["attention_jaccard"] = [Score(maps, masks, "", pixels, out var precision)];
        Heads["attention_ap"] = [precision];
        Score(maps, [.. masks.Skip(1), masks[0]], "_shuffled", pixels, out _);
        Score(Attention(untrained.Encoder), masks, "_random", pixels, out _);
        using var supervised = new SupervisedControl(training, untrained, images, device, stop);
        Score(Attention(supervised.Encoder), masks, "_supervised", pixels, out _);
    }

    // One head for all images: the best of them image by image would be chosen by the answer.
    private double[] Score(double[][][] maps, List<int[]> masks, string suffix, int pixels, out double[] precision)
    {
        var heads = Enumerable.Range(0, maps[0].Length);
        var jaccard = heads.Select(h => maps.Zip(masks, (map, mask) => AttentionSegmentation.Jaccard(AttentionSegmentation.Keep(map[h]), mask, pixels)).Average()).ToArray();
        precision = heads.Select(h => maps.Zip(masks).Where(p => p.Second.Any(m => m > 0)).Average(p => AttentionSegmentation.AveragePrecision(p.First[h], p.Second, pixels))).ToArray();
        (_columns[$"attention_jaccard{suffix}"], _columns[$"attention_ap{suffix}"]) = (jaccard.Max(), precision.Max());
        return jaccard;
    }

    // By image, head and patch.
    private double[][][] Attention(FrozenEncoder encoder)
    {
        var maps = new List<double[][]>();
        foreach (var batch in HeldOut())
        {
            using var scope = NewDisposeScope();
            var attention = encoder.Look(batch.to(device)).Attention.to(float64, CPU).contiguous(); // (B, H, L)
            var (heads, patches) = ((int)attention.shape[1], (int)attention.shape[2]);
            var values = attention.data<double>().ToArray();
            maps.AddRange(values.Chunk(heads * patches).Select(image => image.Chunk(patches).ToArray()));
        }

        return [.. maps];
    }

    private (double Share, double Ratio) Outliers(FrozenEncoder encoder)
    {
        using var scope = NewDisposeScope();
        var tokens = new List<Tensor>();
        foreach (var batch in HeldOut())
        {
            using var inner = NewDisposeScope();
            tokens.Add(encoder.Look(batch.to(device)).Tokens.norm(-1, keepdim: true).cpu().MoveToOuterDisposeScope());
        }

        return OutlierTokens.Of(cat(tokens));
    }

    private IEnumerable<Tensor> HeldOut()
    {
        for (var first = 0; first < _count; first += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using var batch = loader.Plain(heldOut: true, first, Math.Min(Batch, _count - first));
            yield return batch;
        }
    }

    // Pixels of the object in each patch, in the order of the tokens; of a clip everything that moves. Null where nobody knows.
    private List<int[]>? Masks()
    {
        var (info, shape) = (images.Info, (VisionShape)training.Model);
        var tubelet = (training.Model as VjepaShape)?.Tubelet ?? 1;
        var (pixels, owners, masks) = (new byte[info.SampleBytes], new int[info.Frames * info.Size * info.Size], new List<int[]>());
        for (var i = 0; i < _count; i++)
        {
            var number = IImageSet.HeldOutNumber(i);
            Func<int, bool> isObject;
            switch (images.World)
            {
                case ShapeLeaves leaves:
                    leaves.Draw(number, pixels, owners);
                    isObject = owner => owner == 0;
                    break;
                case MovingShapes clips:
                    clips.Draw(number, pixels, owners);
                    isObject = owner => owner >= 0;
                    break;
                default:
                    return null;
            }

            var mask = new int[shape.Patches];
            for (var p = 0; p < owners.Length; p++)
            {
                var (frame, row, column) = (p / (info.Size * info.Size), p / info.Size % info.Size, p % info.Size);
                mask[(((frame / tubelet * shape.Grid) + (row / shape.Patch)) * shape.Grid) + (column / shape.Patch)] += isObject(owners[p]) ? 1 : 0;
            }

            masks.Add(mask);
        }

        return masks;
    }

    // Of clips in which one shape moves: with several there would be no saying whose place is meant.
    private void MeasureMotion(MovingShapes world, ISelfSupervised method, string suffix)
    {
        using var scope = NewDisposeScope();
        if (!Enumerable.Range(0, images.Info.HeldOut).Any(i => world.Shapes(IImageSet.HeldOutNumber(i)) == 1))
        {
            return;
        }

        var (train, truth) = Clips(world, method, heldOut: false, evaluation.ProbeImages);
        var (heldOut, heldOutTruth) = Clips(world, method, heldOut: true, int.MaxValue);
        var explained = RidgeRegression.Explained(train, truth, heldOut, heldOutTruth);
        (_columns[$"position_r2{suffix}"], _columns[$"velocity_r2{suffix}"]) = (explained.Take(2).Average(), explained.Skip(2).Average());
    }

    // (B, L, C) → (B, regions · 2C), mean and deviation of each region: a mean over all patches would not know where anything is, and of shapes of
    // any colour before any background a mean alone would not know that they are there.
    private Tensor Regions(Tensor tokens)
    {
        var shape = (VjepaShape)training.Model;
        var (steps, side) = (Math.Min(2, shape.Steps), Math.Min(4, shape.Grid));
        var mean = zeros([steps * side * side, shape.Patches], float64);
        for (var p = 0; p < shape.Patches; p++)
        {
            var (step, row, column) = (p / (shape.Grid * shape.Grid), p / shape.Grid % shape.Grid, p % shape.Grid);
            mean[(((step * steps / shape.Steps * side) + (row * side / shape.Grid)) * side) + (column * side / shape.Grid), p] = 1;
        }

        var all = tokens.to(float64, CPU);
        Tensor Mean(Tensor x) => einsum("rp,bpc->brc", mean / mean.sum(1, keepdim: true), x);
        var first = Mean(all);
        return cat([first, (Mean(all.square()) - first.square()).clamp(min: 0).sqrt()], 2).flatten(1);
    }

    private (Tensor Features, Tensor Truth) Clips(MovingShapes world, ISelfSupervised method, bool heldOut, int wanted)
    {
        var (features, truth, pixels) = (new List<Tensor>(), new List<double>(), new byte[images.Info.SampleBytes]);
        for (var first = 0; truth.Count / 4 < wanted && (!heldOut || first < images.Info.HeldOut); first += Batch)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = heldOut ? Math.Min(Batch, images.Info.HeldOut - first) : Batch;
            var single = Enumerable.Range(0, count).Where(i => world.Shapes(Number(first + i)) == 1).Take(wanted - (truth.Count / 4)).Select(i => (long)i).ToArray();
            if (single.Length == 0)
            {
                continue;
            }

            foreach (var i in single)
            {
                var motion = world.Draw(Number(first + (int)i), pixels, [])[images.Info.Frames / 2, 0];
                truth.AddRange([motion.X, motion.Y, motion.VelocityX, motion.VelocityY]);
            }

            var clips = loader.Plain(heldOut, first, count).index_select(0, tensor(single));
            features.Add(Regions(method.Encoder.Tokens(clips.to(device))).MoveToOuterDisposeScope());
        }

        return (cat(features), tensor(truth.ToArray(), [truth.Count / 4, 4]));

        ulong Number(int clip) => heldOut ? IImageSet.HeldOutNumber(clip) : (ulong)clip;
    }
}
