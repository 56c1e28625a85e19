using System.Globalization;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>Our half of <see cref="TrainBenchmark"/>, in a process of its own as a worker is: prints tokens per CPU second.</summary>
internal static class TrainLoop
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static int Run(string[] args)
    {
        var (width, depth, heads, feedForward, batch, context) = (Integer(0), Integer(1), Integer(2), Integer(3), Integer(4), Integer(5));
        var seconds = TimeSpan.FromSeconds(double.Parse(args[6], CultureInfo.InvariantCulture));
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        set_num_threads(1);
        MatmulPrecision.TrySet(MathPath.Fast);
        var shape = new LanguageModelShape { Vocabulary = 256, Context = context, Width = width, Depth = depth, Heads = heads, FeedForward = feedForward };
        using var model = new LanguageModel(shape, seed: 1, CPU, precision: Enum.Parse<Precision>(args[7]));
        using var optimizer = new FusedAdamW(model.Parameters, new OptimizerSpec { Lr = 1e-3 }, width);
        var random = new Random(1);
        var ids = new long[batch * (context + 1)];
        var (steps, start, warm) = (0L, Environment.CpuUsage.TotalTime, false);
        while (Environment.CpuUsage.TotalTime - start < seconds)
        {
            if (!warm && Environment.CpuUsage.TotalTime - start > WarmUp)
            {
                (steps, start, warm) = (0, Environment.CpuUsage.TotalTime, true);
            }

            using var scope = NewDisposeScope();
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(64);
            }

            var windows = tensor(ids, [batch, context + 1]);
            var loss = model.LossSum(windows.narrow(1, 0, context), windows.narrow(1, 1, context)) / (batch * (double)context);
            loss.backward();
            optimizer.Step(1e-3);
            model.Parameters.DropGradients();
            loss.item<float>();
            steps++;
        }

        Console.WriteLine((steps * batch * context / (Environment.CpuUsage.TotalTime - start).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return 0;

        int Integer(int i) => int.Parse(args[i], CultureInfo.InvariantCulture);
    }
}
