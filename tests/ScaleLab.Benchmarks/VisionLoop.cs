using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>Trains one vision method in a process of its own, as a worker does: prints images per CPU second of the training alone, of loading alone, and of both.</summary>
internal static class VisionLoop
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <param name="args">Store, corpus, method, width, depth, batch, seconds.</param>
    public static int Run(string[] args)
    {
        var (width, depth, batch) = (Integer(3), Integer(4), Integer(5));
        var seconds = TimeSpan.FromSeconds(double.Parse(args[6], CultureInfo.InvariantCulture));
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        set_num_threads(1);
        MatmulPrecision.TrySet(MathPath.Fast);
        using var images = ImageSet.Open(new CorpusStore(args[0]), args[1]);
        var shape = Shape(args[2], width, depth, images.Info);
        using var initializer = new Initializer(1, CPU);
        using var method = Objective.Method(shape, initializer);
        using var optimizer = new FusedAdamW(method.Parameters, new OptimizerSpec { Lr = 1e-3 }, width);
        var loader = new ViewLoader(images, method.Views, ImageSet.Order(images.Info, 1), 1);
        var first = 0L;
        var views = loader.Train(0, batch);
        var training = Rate(() => Train(views));
        var loading = Rate(() => loader.Train(first += batch, batch));
        var both = Rate(() => Train(loader.Train(first += batch, batch)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{training} {loading} {both}"));
        return 0;

        void Train(Tensor[] images)
        {
            var loss = method.Loss(images, new SampleDraws(1, first, batch));
            loss.backward();
            optimizer.Step(1e-3);
            method.Parameters.DropGradients();
            method.AfterStep(null);
            loss.item<float>();
        }

        double Rate(Action step)
        {
            var (steps, start, warm) = (0L, Environment.CpuUsage.TotalTime, false);
            while (Environment.CpuUsage.TotalTime - start < seconds)
            {
                if (!warm && Environment.CpuUsage.TotalTime - start > WarmUp)
                {
                    (steps, start, warm) = (0, Environment.CpuUsage.TotalTime, true);
                }

                using var scope = NewDisposeScope();
                step();
                steps++;
            }

            return steps * batch / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
        }

        int Integer(int i) => int.Parse(args[i], CultureInfo.InvariantCulture);
    }

    // The size dial turned to a width.
    private static VisionShape Shape(string method, int width, int depth, ImageInfo images)
    {
        var family = ModelFamily.Named(method);
        var corpus = new CorpusInfo { Hash = "", Origin = "", Vocabulary = "", VocabularySize = 0, TokenBytes = 0, TrainTokens = 0, HeldOutTokens = 0, BlockTokens = 0, Images = images };
        var options = (VisionOptions)family.Defaults with { Depth = depth };
        return (VisionShape)family.Solve(depth * 12.0 * width * width, options, corpus) is { } shape && shape.Width == width
            ? shape
            : throw new ArgumentException($"{method} has no width {width} at depth {depth}");
    }
}
