using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Training;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Training;

public sealed class FusedAdamWTests : TorchTests
{
    private const int Width = 32;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, false)]
    [InlineData(1e6, false)]
    [InlineData(0.5, true)]
    public void Fifty_steps_are_those_of_the_textbook(double clip, bool tensorRates)
    {
        var spec = new OptimizerSpec { Lr = 1e-3, BaseWidth = 64, VectorLr = 0.5, WeightDecay = 0.1, Beta2 = 0.97, Clip = clip };
        using var scope = NewDisposeScope();
        using var random = new Generator(1, CPU);
        using var parameters = new ParameterSet();
        parameters.Add("table", ParameterKind.Embedding, randn([5, 4], generator: random) * 0.1);
        parameters.Add("matrix", ParameterKind.Matrix, randn([4, 6], generator: random) * 0.1);
        parameters.Add("gain", ParameterKind.Gain, randn([4], generator: random) * 0.1);
        parameters.Add("head", ParameterKind.Head, randn([5, 4], generator: random) * 0.1);
        Textbook[] expected = [.. parameters.All.Select(p => new Textbook(
            [.. p.Value.data<float>().Select(x => (double)x)],
            Rate: p.Kind is ParameterKind.Matrix or ParameterKind.Head ? 64.0 / Width : 0.5,
            Decay: p.Kind is ParameterKind.Matrix or ParameterKind.Head ? 0.1 : 0))];
        using var optimizer = new FusedAdamW(parameters, spec, Width, tensorRates);

        for (var step = 1; step <= 50; step++)
        {
            var lr = 1e-3 * Math.Min(1, step / 10.0);
            foreach (var p in parameters.All)
            {
                p.Value.grad = randn(p.Value.shape, generator: random) * (step % 3);
            }

            var gradients = parameters.All.Select(p => p.Value.grad!.data<float>().Select(x => (double)x).ToArray()).ToArray();
            var norm = Math.Sqrt(gradients.Sum(g => g.Sum(x => x * x)));
            var scale = clip > 0 ? Math.Min(1, clip / (norm + 1e-6)) : 1;
            foreach (var (book, gradient) in expected.Zip(gradients))
            {
                book.Step(step, [.. gradient.Select(x => x * scale)], lr, spec);
            }

            optimizer.Step(lr);
            parameters.DropGradients();
        }

        foreach (var (parameter, book) in parameters.All.Zip(expected))
        {
            Assert.All(parameter.Value.data<float>().ToArray().Zip(book.Values), x => Assert.Equal(x.Second, x.First, 5e-7));
        }
    }

    [Fact]
    public void Moments_set_to_a_step_continue_as_if_never_stopped()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Run(stopAt: null), Run(stopAt: 7));
        Assert.NotEqual(Run(stopAt: null), Run(stopAt: 7, forget: true));

        static float[] Run(int? stopAt, bool forget = false)
        {
            using var random = new Generator(3, CPU);
            using var parameters = new ParameterSet();
            var p = parameters.Add("matrix", ParameterKind.Matrix, randn([4, 4], generator: random));
            var gain = parameters.Add("gain", ParameterKind.Gain, ones([4]));
            var optimizer = new FusedAdamW(parameters, new OptimizerSpec { Lr = 1e-2 }, Width);
            for (var step = 0; step < 20; step++)
            {
                if (step == stopAt)
                {
                    var before = optimizer;
                    optimizer = new FusedAdamW(parameters, new OptimizerSpec { Lr = 1e-2 }, Width);
                    foreach (var (from, to) in before.State.Zip(optimizer.State))
                    {
                        to.Value.copy_(from.Value);
                    }

                    optimizer.SetStep(forget ? 0 : step);
                    before.Dispose();
                }

                p.grad = randn([4, 4], generator: random);
                gain.grad = randn([4], generator: random);
                optimizer.Step(1e-2);
            }

            optimizer.Dispose();
            return [.. p.data<float>(), .. gain.data<float>()];
        }
    }

    [Fact]
    public void Collections_in_the_midst_of_a_step_change_nothing()
    {
        var expected = Run();
        using var end = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Assert.Equal(expected, Run());
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }

        static float[] Run()
        {
            using var scope = NewDisposeScope();
            using var parameters = new ParameterSet();
            var p = parameters.Add("gain", ParameterKind.Gain, ones([4]));
            using var optimizer = new FusedAdamW(parameters, new OptimizerSpec { Lr = 1e-2 }, Width);
            for (var step = 0; step < 2000; step++)
            {
                using var inner = NewDisposeScope();
                p.grad = ones([4]);
                optimizer.Step(1e-2);
            }

            return [.. p.data<float>()];
        }
    }

    /// <summary>Loshchilov and Hutter 2019, algorithm 2, one number at a time in double.</summary>
    private sealed record Textbook(double[] Values, double Rate, double Decay)
    {
        private readonly double[] _m = new double[Values.Length];
        private readonly double[] _v = new double[Values.Length];

        public void Step(int t, double[] gradient, double lr, OptimizerSpec spec)
        {
            for (var i = 0; i < Values.Length; i++)
            {
                _m[i] = (spec.Beta1 * _m[i]) + ((1 - spec.Beta1) * gradient[i]);
                _v[i] = (spec.Beta2 * _v[i]) + ((1 - spec.Beta2) * gradient[i] * gradient[i]);
                var m = _m[i] / (1 - Math.Pow(spec.Beta1, t));
                var v = _v[i] / (1 - Math.Pow(spec.Beta2, t));
                Values[i] -= lr * Rate * ((m / (Math.Sqrt(v) + spec.Epsilon)) + (Decay * Values[i]));
            }
        }
    }
}
