using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>What images and views cost on one thread: images per CPU second for each recipe, and the share of a small MAE's training step, the fastest there is.</summary>
internal static class LoadingBenchmark
{
    private const int Batch = 128;

    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(2);

    private static readonly (string Name, ViewRecipe[] Views)[] Recipes =
    [
        ("none", [ViewRecipe.None]),
        ("mae", [ViewRecipe.Mae]),
        ("beit", [ViewRecipe.Beit]),
        ("ijepa", [ViewRecipe.Ijepa]),
        ("byol, two views", [ViewRecipe.Byol1, ViewRecipe.Byol2]),
        ("simclr, two views", [ViewRecipe.SimClr, ViewRecipe.SimClr]),
        ("dino, two and four of 16", [ViewRecipe.DinoGlobal1, ViewRecipe.DinoGlobal2, .. Enumerable.Repeat(ViewRecipe.DinoLocal with { Size = 16 }, 4)]),
    ];

    public static int Run()
    {
        LibTorch.Load();
        set_num_threads(1);
        MatmulPrecision.TrySet(MathPath.Fast);
        var root = Directory.CreateTempSubdirectory("scalelab-");
        try
        {
            var preparer = new CorpusPreparer(new CorpusStore(root.FullName), Console.Error.WriteLine, "");
            Measure(root.FullName, preparer.Prepare(new DataSpec { Source = DataSource.ShapeLeaves }), "drawn 32 × 32", Recipes);
            Measure(root.FullName, preparer.Prepare(new DataSpec { Source = DataSource.MovingShapes }), "drawn 8 × 32 × 32", [("none", [ViewRecipe.None]), ("vjepa", [ViewRecipe.Vjepa])]);
            var stored = Path.Combine(root.FullName, "stored.bin");
            File.WriteAllBytes(stored, Records(10_000));
            Measure(root.FullName, preparer.Prepare(new DataSpec { Source = DataSource.Cifar10, Path = stored }), "stored 32 × 32", Recipes);
        }
        finally
        {
            root.Delete(recursive: true);
        }

        return 0;
    }

    private static void Measure(string store, CorpusInfo corpus, string what, (string Name, ViewRecipe[] Views)[] recipes)
    {
        using var images = ImageSet.Open(new CorpusStore(store), corpus.Hash);
        foreach (var (name, views) in recipes)
        {
            var loader = new ViewLoader(images, views, ImageSet.Order(corpus.Images!, 1), 1);
            var rate = Rate(first => loader.Train(first, Batch));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}, {name}: {rate:F0} samples/s, {1e6 / rate:F1} µs a sample"));
        }

        if (corpus.Images!.Frames == 1)
        {
            var loader = new ViewLoader(images, [ViewRecipe.Mae], ImageSet.Order(corpus.Images, 1), 1);
            var (loading, step) = (Rate(first => loader.Train(first, Batch)), Step(store, corpus));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: MAE of width 32 trains {step:F0} images/s, of which loading takes {step / loading:P0}"));
        }
    }

    private static double Step(string store, CorpusInfo corpus)
    {
        var shape = ModelFamily.Named("mae").Solve(26e3, new MaeOptions { Depth = 2 }, corpus);
        using var objective = Objective.Of(
            new TrainingSpec
            {
                Model = shape,
                Corpus = corpus.Hash,
                Phase = RunPhase.Whole,
                StartStep = 0,
                EndStep = 1000,
                D = 1000 * Batch,
                Batch = new BatchSpec { Initial = Batch },
                Schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, Warmup = 0 },
                Optimizer = new OptimizerSpec { Lr = 1e-3 },
                Seed = 1,
            },
            new CorpusStore(store),
            CPU);
        using var optimizer = new FusedAdamW(objective.Parameters, new OptimizerSpec { Lr = 1e-3 }, shape.Width);
        return Rate(first =>
        {
            (objective.LossSum(first, Batch) / Batch).backward();
            optimizer.Step(1e-3);
            objective.Parameters.DropGradients();
        });
    }

    private static double Rate(Action<long> batch)
    {
        var (first, start, warm) = (0L, Environment.CpuUsage.TotalTime, 0L);
        while (Environment.CpuUsage.TotalTime - start < Measured)
        {
            using var scope = NewDisposeScope();
            batch(first);
            first += Batch;
            if (warm == 0 && Environment.CpuUsage.TotalTime - start > Measured / 4)
            {
                (warm, start) = (first, Environment.CpuUsage.TotalTime);
            }
        }

        return (first - warm) / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    // CIFAR-10's layout, filled with noise: what pixels show costs nothing.
    private static byte[] Records(int count)
    {
        var (content, random) = (new byte[count * 3073], new SplitMix64(1));
        for (var i = 0; i < content.Length; i++)
        {
            content[i] = (byte)(i % 3073 == 0 ? i / 3073 % 10 : random.Below(256));
        }

        return content;
    }
}
