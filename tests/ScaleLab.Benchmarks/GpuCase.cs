using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>A language model with its batches and optimiser, as files that <c>rivals/lm.py</c> reads: both sides begin with the same weights and see the same tokens in the same order.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Shape">The model.</param>
/// <param name="Batch">Windows of a step.</param>
internal sealed record GpuCase(string Name, LanguageModelShape Shape, int Batch)
{
    /// <summary>Steps whose losses are compared; the timed ones go round these.</summary>
    public const int Steps = 50;

    public static readonly OptimizerSpec Optimizer = new() { Lr = 2e-3 };

    /// <summary>About 1M, 10M, 100M and 500M parameters.</summary>
    public static readonly GpuCase[] Large =
    [
        new("1M", Of(256, 256, 128, 5, 4, 352), 64),
        new("10M", Of(256, 512, 320, 8, 5, 864), 32),
        new("100M", Of(8192, 1024, 768, 12, 12, 2048), 32),
        new("500M", Of(8192, 1024, 1536, 16, 12, 4096), 16),
    ];

    /// <summary>What a CPU can do, to see that the verb works.</summary>
    public static readonly GpuCase[] Tiny = [new("15k", Of(256, 64, 16, 2, 1, 48), 8), new("43k", Of(256, 64, 32, 2, 2, 96), 8)];

    public void Write(string folder, int seed = 1)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "case.json"), new JsonObject
        {
            ["vocabulary"] = Shape.Vocabulary,
            ["context"] = Shape.Context,
            ["width"] = Shape.Width,
            ["depth"] = Shape.Depth,
            ["heads"] = Shape.Heads,
            ["feed_forward"] = Shape.FeedForward,
            ["batch"] = Batch,
            ["steps"] = Steps,
            ["matrix_lr"] = Optimizer.Lr * Optimizer.BaseWidth / Shape.Width,
            ["vector_lr"] = Optimizer.Lr * Optimizer.VectorLr,
            ["weight_decay"] = Optimizer.WeightDecay,
            ["beta1"] = Optimizer.Beta1,
            ["beta2"] = Optimizer.Beta2,
            ["epsilon"] = Optimizer.Epsilon,
            ["clip"] = Optimizer.Clip,
        }.ToJsonString());
        using (var model = new LanguageModel(Shape, seed, CPU))
        using (var weights = File.Create(Path.Combine(folder, "weights.bin")))
        {
            foreach (var p in model.Parameters.All)
            {
                weights.Write(p.Value.bytes);
            }
        }

        // Tokens that a model can learn to foresee: each follows from the one before, but for one in four.
        var random = new Random(seed);
        var tokens = new int[Steps * Batch * (Shape.Context + 1)];
        for (var i = 1; i < tokens.Length; i++)
        {
            tokens[i] = random.Next(4) == 0 ? random.Next(Shape.Vocabulary) : (int)(((tokens[i - 1] * 5L) + 1) % Shape.Vocabulary);
        }

        File.WriteAllBytes(Path.Combine(folder, "tokens.bin"), MemoryMarshal.AsBytes(tokens.AsSpan()).ToArray());
    }

    public static GpuCase Read(string folder)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "case.json")))!;
        int Number(string name) => json[name]!.GetValue<int>();
        return new("", Of(Number("vocabulary"), Number("context"), Number("width"), Number("depth"), Number("heads"), Number("feed_forward")), Number("batch"));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Shape.Parameters.Total:N0} parameters, batch {Batch} x {Shape.Context})");

    private static LanguageModelShape Of(int vocabulary, int context, int width, int depth, int heads, int feedForward) =>
        new() { Vocabulary = vocabulary, Context = context, Width = width, Depth = depth, Heads = heads, FeedForward = feedForward };
}

/// <summary>The model and the tokens of a case.</summary>
internal sealed class GpuCaseLoss(GpuCase shape, string folder, Device device, Precision precision) : ILoss, IDisposable
{
    private readonly LanguageModel _model = new(shape.Shape, seed: 1, device, precision: precision);
    private readonly int[] _tokens = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(Path.Combine(folder, "tokens.bin"))).ToArray();

    public ParameterSet Parameters => _model.Parameters;

    public bool IsStatic => true;

    public Tensor[] Read(long first, int count)
    {
        var window = shape.Shape.Context + 1;
        var from = (int)(first % (_tokens.Length / window)) * window;
        return [tensor(Array.ConvertAll(_tokens[from..(from + (count * window))], t => (long)t), [count, window])];
    }

    public Tensor LossSum(Tensor[] batch, long first) =>
        _model.LossSum(batch[0].narrow(1, 0, shape.Shape.Context), batch[0].narrow(1, 1, shape.Shape.Context));

    public void Dispose() => _model.Dispose();
}
