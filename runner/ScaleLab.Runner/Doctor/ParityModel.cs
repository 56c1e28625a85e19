using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Doctor;

/// <summary>A small language model on tokens that it can learn to foresee: each follows from the one before, but for one in four.</summary>
internal sealed class ParityModel(Device device, ScalarType type, Precision precision) : ILoss, IDisposable
{
    public static readonly LanguageModelShape Shape = new() { Vocabulary = 64, Context = 64, Width = 64, Depth = 2, Heads = 2, FeedForward = 176 };

    private readonly LanguageModel _model = new(Shape, seed: 1, device, type, precision);

    public ParameterSet Parameters => _model.Parameters;

    public bool IsStatic => true;

    public Tensor[] Read(long first, int count)
    {
        var ids = new long[count * (Shape.Context + 1)];
        var random = new Random((int)first);
        for (var i = 1; i < ids.Length; i++)
        {
            ids[i] = random.Next(4) == 0 ? random.Next(Shape.Vocabulary) : ((ids[i - 1] * 5) + 1) % Shape.Vocabulary;
        }

        return [tensor(ids, [count, Shape.Context + 1])];
    }

    public Tensor LossSum(Tensor[] batch, long first) => _model.LossSum(batch[0].narrow(1, 0, Shape.Context), batch[0].narrow(1, 1, Shape.Context));

    public void Dispose() => _model.Dispose();
}
