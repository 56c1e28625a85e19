using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Doctor;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>Our half of <see cref="GpuBenchmark"/>, in a process of its own as a worker is: prints losses, tokens per second and how many steps were recorded ones.</summary>
internal static class GpuLoop
{
    /// <param name="args">Case folder, device, precision, seconds.</param>
    public static int Run(string[] args)
    {
        var (folder, name, precision) = (args[0], args[1], args[2] == "bf16" ? Precision.Bf16 : Precision.Fp32);
        var seconds = double.Parse(args[3], CultureInfo.InvariantCulture);
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        return Run(folder, name, precision, seconds);
    }

    private static int Run(string folder, string name, Precision precision, double seconds)
    {
        set_num_threads(1);
        var device = ComputeDevice.Use(name, name == "cpu" ? MathPath.Fast : MathPath.Exact);
        var shape = GpuCase.Read(folder);
        var way = StepWay.For(device, shape.Shape, shape.Batch);
        using var loss = new GpuCaseLoss(shape, folder, device, precision);
        using var optimizer = new FusedAdamW(loss.Parameters, GpuCase.Optimizer, shape.Shape.Width, way.TensorRates);
        using var step = new BatchStep(loss, optimizer, shape.Batch, way);
        using var queue = new LossQueue(device, way.RunAhead);
        var tokens = (long)shape.Batch * shape.Shape.Context;
        var losses = new JsonArray();
        var (started, read) = (0L, 0L);
        while (read < GpuCase.Steps)
        {
            Advance();
            losses.Add(queue.Pop() / tokens);
            read++;
        }

        var (clock, begun) = (Stopwatch.StartNew(), read);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            Advance();
            queue.Pop();
            read++;
        }

        while (read < started)
        {
            queue.Pop();
            read++;
        }

        var rate = (read - begun) * tokens / clock.Elapsed.TotalSeconds;
        var answer = new JsonObject
        {
            ["losses"] = losses,
            ["tokens_per_second"] = rate,
            ["repeated"] = step.Repeated,
            ["product_flops"] = MatmulProbe.Measure(device, precision, MathPath.Exact).Gflops * 1e9,
        };
        Console.WriteLine(answer.ToJsonString());
        return 0;

        // Never more than a step ahead of the loss that is read next.
        void Advance()
        {
            while (started < read + (queue.RunsAhead ? LossQueue.Depth : 1))
            {
                step.Start(started * shape.Batch, shape.Batch, tokens, GpuCase.Optimizer.Lr, shape.Batch);
                queue.Push(step.Nats);
                started++;
            }
        }
    }
}
