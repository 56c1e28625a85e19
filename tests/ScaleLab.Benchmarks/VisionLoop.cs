using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>
/// Trains one vision method in a process of its own, as a worker does: prints images per CPU second of the training alone, of loading alone, and of both.
/// With a device it prints them as JSON, by wall time.
/// </summary>
internal static class VisionLoop
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <param name="args">Store, corpus, method, width, depth, batch, seconds; then device and precision.</param>
    public static int Run(string[] args)
    {
        var (width, depth, batch) = (Integer(3), Integer(4), Integer(5));
        var seconds = TimeSpan.FromSeconds(double.Parse(args[6], CultureInfo.InvariantCulture));
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        return Run(args, width, depth, batch, seconds);

        int Integer(int i) => int.Parse(args[i], CultureInfo.InvariantCulture);
    }

    // Apart, as it needs a loaded libtorch to be compiled.
    private static int Run(string[] args, int width, int depth, int batch, TimeSpan seconds)
    {
        set_num_threads(1);
        var (name, json) = (args.Length > 7 ? args[7] : "cpu", args.Length > 7);
        var device = ComputeDevice.Use(name, name == "cpu" ? MathPath.Fast : MathPath.Exact);
        var wall = Stopwatch.StartNew();
        using var images = ImageSet.Open(new CorpusStore(args[0]), args[1]);
        var shape = Shape(args[2], width, depth, images.Info);
        using var initializer = new Initializer(1, device, precision: args.Length > 8 && args[8] == "bf16" ? Precision.Bf16 : Precision.Fp32);
        using var method = Objective.Method(shape, initializer);
        using var optimizer = new FusedAdamW(method.Parameters, new OptimizerSpec { Lr = 1e-3 }, width, tensorRates: name != "cpu");
        var loader = new ViewLoader(images, method.Views, ImageSet.Order(images.Info, 1), 1, name == "cpu" ? 1 : Math.Clamp(Environment.ProcessorCount - 1, 1, 8));
        var first = 0L;
        var gpu = name != "cpu";
        using var standardisation = new Standardisation(images.Info, device);
        using var reader = new ReadAhead(gpu ? loader.Raw : loader.Train, ahead: gpu);
        Tensor[] views = [.. loader.Train(0, batch).Select(v => Transfer.To(v, device))];
        var training = Rate(() => Train(views));
        var loading = Rate(() => loader.Train(first += batch, batch));
        var both = Rate(() =>
        {
            Tensor[] read = [.. reader.Read(first += batch, batch, (first + batch, batch)).Select(v => Transfer.To(v, device))];
            Train(gpu ? loader.Render(read, standardisation) : read);
        });
        Console.WriteLine(json
            ? string.Create(CultureInfo.InvariantCulture, $$"""{"training": {{training}}, "loading": {{loading}}, "both": {{both}}}""")
            : string.Create(CultureInfo.InvariantCulture, $"{training} {loading} {both}"));
        return 0;

        void Train(Tensor[] images)
        {
            var loss = method.Loss(images, new SampleDraws(1, first, batch));
            loss.backward();
            optimizer.Step(1e-3);
            method.Parameters.DropGradients();
            method.AfterStep(1, null);
            if (name == "cpu")
            {
                loss.item<float>();
            }
        }

        double Rate(Action step)
        {
            var (steps, start, warm) = (0L, Now(), false);
            while (Now() - start < seconds)
            {
                if (!warm && Now() - start > WarmUp)
                {
                    (steps, start, warm) = (0, Now(), true);
                }

                // A look at the clock waits for a GPU.
                for (var i = 0; i < (name == "cpu" ? 1 : 10); i++, steps++)
                {
                    using var scope = NewDisposeScope();
                    step();
                }
            }

            return steps * batch / (Now() - start).TotalSeconds;
        }

        TimeSpan Now()
        {
            if (!json)
            {
                return Environment.CpuUsage.TotalTime;
            }

            if (device.type == TorchSharp.DeviceType.CUDA)
            {
                cuda.synchronize();
            }

            return wall.Elapsed;
        }
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
