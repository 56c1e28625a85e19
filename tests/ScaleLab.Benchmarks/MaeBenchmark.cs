using System.Diagnostics;
using System.Globalization;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Workers;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Methods;
using static TorchSharp.torch;

namespace ScaleLab.Benchmarks;

/// <summary>
/// What it saves that MAE's encoder does not see masked patches: the same encoder and decoder with mask tokens inside the encoder, in turns,
/// over sizes of encoder and decoder and mask ratios, beside the saving that token counts predict. Forward and backward, one thread, CPU time.
/// </summary>
internal static class MaeBenchmark
{
    private const int Batch = 64;

    private static readonly (int Width, int Depth, int DecoderWidth, int DecoderDepth, double Ratio)[] Settings =
    [
        (64, 4, 64, 1, 0.75),
        (128, 4, 64, 1, 0.75),
        (192, 6, 64, 1, 0.5),
        (192, 6, 64, 1, 0.75),
        (192, 6, 64, 1, 0.9),
        (192, 6, 128, 2, 0.75),
    ];

    public static int Run(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { ArgumentList = { "mae-ours", rounds.ToString(CultureInfo.InvariantCulture) } };
        WorkerEnvironment.Apply(start);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>In a process that has the environment of a worker.</summary>
    public static int RunHere(string[] args)
    {
        Malloc.KeepFreedMemory();
        LibTorch.Load();
        set_num_threads(1);
        MatmulPrecision.TrySet(MathPath.Fast);
        Console.WriteLine($"images of 32 x 32, patch 4, batch {Batch}, forward and backward, one thread; medians of {args[0]} rounds");
        Console.WriteLine("encoder  decoder  masked   MAE img/s   mask tokens inside   speed-up   predicted by tokens");
        foreach (var setting in Settings)
        {
            Measure(setting, int.Parse(args[0], CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static void Measure((int Width, int Depth, int DecoderWidth, int DecoderDepth, double Ratio) setting, int rounds)
    {
        var images = new ImageInfo { Size = 32, Channels = 3, HeldOut = 2, Mean = [0, 0, 0], Deviation = [1, 1, 1] };
        var options = new MaeOptions { MaskRatio = setting.Ratio, Depth = setting.Depth, DecoderWidth = setting.DecoderWidth, DecoderDepth = setting.DecoderDepth };
        var shape = MaeShape.At(setting.Width, options, images)!;
        using var initializer = new Initializer(1, CPU);
        using var mae = new Mae(shape, initializer);
        using var inside = new MaskTokensInside(shape, initializer);
        using var batch = randn([Batch, 3, 32, 32]);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var draws = new SampleDraws(1, round * Batch, Batch);
            var (fast, slow) = (Seconds(() => mae.Loss([batch], draws)), Seconds(() => inside.Loss(batch, draws)));
            if (round > 0)
            {
                ours.Add(Batch / fast);
                theirs.Add(Batch / slow);
            }

            mae.Parameters.DropGradients();
            inside.Parameters.DropGradients();
        }

        var ratios = ours.Zip(theirs, (a, b) => a / b).ToList();
        var tokens = shape.Patches + 1;
        var full = shape.Encoder.ForwardFlops(tokens) + (2.0 * shape.PatchVolume * shape.Width * shape.Patches) + (2.0 * shape.Width * shape.DecoderWidth * tokens)
            + shape.Decoder.ForwardFlops(tokens) + (2.0 * shape.DecoderWidth * shape.PatchVolume * (shape.Patches - shape.Keep));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{setting.Width,4} x {setting.Depth}  {setting.DecoderWidth,3} x {setting.DecoderDepth}    {setting.Ratio:P0}   {Median(ours),9:N0}   {Median(theirs),18:N0}   {Median(ratios),5:F2} ({ratios.Min():F2}-{ratios.Max():F2})   {3 * full / shape.TrainingFlopsPerUnit:F2}"));
    }

    private static double Seconds(Func<Tensor> loss)
    {
        // Some passes at a time: a single one is too short for the clock of CPU time.
        const int passes = 4;
        var start = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < passes; i++)
        {
            using var scope = NewDisposeScope();
            loss().backward();
        }

        return (Environment.CpuUsage.TotalTime - start).TotalSeconds / passes;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>SimMIM's and BEiT's way: masked patches are tokens of the encoder too.</summary>
    private sealed class MaskTokensInside : IDisposable
    {
        private readonly MaeShape _shape;
        private readonly Dense _embedding;
        private readonly Tensor _maskToken;
        private readonly Tensor _classToken;
        private readonly Transformer _encoder;
        private readonly Dense _toDecoder;
        private readonly Transformer _decoder;
        private readonly Dense _toPixels;

        public MaskTokensInside(MaeShape shape, Initializer initializer)
        {
            _shape = shape;
            _embedding = new Dense(Parameters, "embed", shape.PatchVolume, shape.Width, initializer);
            _maskToken = Parameters.Add("mask", ParameterKind.Gain, initializer.Normal(0.02, 1, 1, shape.Width));
            _classToken = Parameters.Add("cls", ParameterKind.Gain, initializer.Normal(0.02, 1, 1, shape.Width));
            _encoder = new Transformer(Parameters, "encoder", shape.Encoder, initializer, scales: true);
            _toDecoder = new Dense(Parameters, "down", shape.Width, shape.DecoderWidth, initializer);
            _decoder = new Transformer(Parameters, "decoder", shape.Decoder, initializer, scales: false);
            _toPixels = new Dense(Parameters, "pixels", shape.DecoderWidth, shape.PatchVolume, initializer);
        }

        public ParameterSet Parameters { get; } = new();

        public Tensor Loss(Tensor images, SampleDraws draws)
        {
            var order = tensor(draws.Permutations(_shape.Patches), [draws.Count, _shape.Patches]);
            var masked = order.narrow(1, _shape.Keep, _shape.Patches - _shape.Keep);
            var isMasked = zeros([draws.Count, _shape.Patches]).scatter_(1, masked, ones_like(masked, ScalarType.Float32)).unsqueeze(-1);
            var patches = MaeLoss.Patches(images, _shape.Patch);
            var tokens = (_embedding.Apply(patches) * (1 - isMasked)) + (_maskToken * isMasked);
            var decoded = _decoder.Run(_toDecoder.Apply(_encoder.Run(cat([_classToken.expand(draws.Count, 1, -1), tokens], 1))));
            Tensor Pick(Tensor all) => all.gather(1, masked.unsqueeze(-1).expand(-1, -1, all.shape[2]));
            return MaeLoss.Mean(_toPixels.Apply(Pick(decoded.narrow(1, 1, _shape.Patches))), Pick(patches), ones_like(masked, ScalarType.Float32));
        }

        public void Dispose() => Parameters.Dispose();
    }
}
