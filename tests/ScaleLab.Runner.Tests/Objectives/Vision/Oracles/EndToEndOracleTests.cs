using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Objectives.Vision.Methods;
using static ScaleLab.Runner.Tests.Objectives.Vision.Oracles.Oracle;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Tests.Objectives.Vision.Oracles;

/// <summary>Whole models, every parameter filled by rule: patches, positions, blocks, heads and losses together.</summary>
public sealed class EndToEndOracleTests : TorchTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Mae(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("mae").GetProperty("end_to_end_case");
        var shape = new MaeShape
        {
            Image = 16,
            Channels = 3,
            Patch = 4,
            Width = 8,
            Depth = 2,
            Heads = 2,
            MaskRatio = 0.75,
            NormPix = true,
            DecoderWidth = 8,
            DecoderDepth = 1,
            DecoderHeads = 2,
        };
        using var initializer = new Initializer(1, CPU, type);
        using var model = new Mae(shape, initializer);
        model.Parameters.Fill();
        Assert.Equal(oracle.GetProperty("n_params").GetInt64(), model.Parameters.Count);

        var order = S(type, [2, 16], 2.3, 0.7).argsort(1);
        var loss = model.Loss(S(type, [2, 3, 16, 16], 0.23, 0.4), order.narrow(1, 0, shape.Keep), order.narrow(1, shape.Keep, 16 - shape.Keep));
        loss.backward();
        Close(oracle.GetProperty("loss"), loss);
        Fingerprint(oracle.GetProperty("grad_all"), cat([.. model.Parameters.All.Select(p => p.Value.grad!.reshape(-1))]));
    }
}
