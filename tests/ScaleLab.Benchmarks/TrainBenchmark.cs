using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>Training on one CPU thread against eager PyTorch (rivals/train.py): the same model, batch and optimiser, in turns, medians of the rounds.</summary>
/// <remarks>Both count CPU time of their process, so that neighbours on the machine weigh less. Start-up and the first steps are left out.</remarks>
internal static class TrainBenchmark
{
    private const int Batch = 16;

    private static readonly LanguageModelShape[] Shapes = [Shape(32, 2, 2, 96), Shape(96, 3, 3, 256), Shape(256, 4, 4, 688)];

    public static int Run(string[] args)
    {
        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        set_num_threads(1);
        Console.WriteLine($"libtorch {LibTorch.Version}, one thread, batch {Batch} x 128 tokens, float32, tokens per CPU second, median of {rounds} rounds of {seconds} s");
        foreach (var shape in Shapes)
        {
            var (ours, theirs, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                ours.Add(Ours(shape, seconds));
                theirs.Add(Rival(shape, seconds));
                ratios.Add(ours[^1] / theirs[^1]);
            }

            Console.WriteLine($"N {shape.Parameters.Total,9:N0}: ScaleLab {Median(ours),9:N0}  PyTorch {Median(theirs),9:N0}  ratio {Median(ratios):F2} ({ratios.Min():F2}–{ratios.Max():F2})");
        }

        return 0;
    }

    private static double Ours(LanguageModelShape shape, double seconds)
    {
        MatmulPrecision.TrySet(MathPath.Fast);
        using var model = new LanguageModel(shape, seed: 1, CPU, precision: Environment.GetEnvironmentVariable("BF") is null ? Precision.Fp32 : Precision.Bf16);
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 1e-3 }, shape.Width);
        var random = new Random(1);
        var ids = new long[Batch * (shape.Context + 1)];
        long steps = 0;
        var start = TimeSpan.Zero;
        while (steps < 5 || (Environment.CpuUsage.TotalTime - start).TotalSeconds < seconds)
        {
            if (steps++ == 4)
            {
                start = Environment.CpuUsage.TotalTime;
            }

            using var scope = NewDisposeScope();
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(64);
            }

            var windows = tensor(ids, [Batch, shape.Context + 1]);
            var loss = model.LossSum(windows.narrow(1, 0, shape.Context), windows.narrow(1, 1, shape.Context)) / (Batch * (double)shape.Context);
            loss.backward();
            optimizer.Step(1e-3);
            model.Parameters.DropGradients();
            loss.item<float>();
        }

        return (steps - 4) * Batch * shape.Context / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static double Rival(LanguageModelShape shape, double seconds)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        object[] arguments = [Path.Combine(AppContext.BaseDirectory, "rivals", "train.py"), shape.Width, shape.Depth, shape.Heads, shape.FeedForward, Batch, shape.Context, seconds];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(output, CultureInfo.InvariantCulture)
            : throw new InputException("the rival needs Debian's python3-torch and libopenblas0-pthread");
    }

    private static LanguageModelShape Shape(int width, int depth, int heads, int feedForward) =>
        new() { Vocabulary = 256, Context = 128, Width = width, Depth = depth, Heads = heads, FeedForward = feedForward };

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
