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
        model.Parameters.All.Fill();
        Assert.Equal(oracle.GetProperty("n_params").GetInt64(), model.Parameters.Count);

        var order = S(type, [2, 16], 2.3, 0.7).argsort(1);
        var loss = model.Loss(S(type, [2, 3, 16, 16], 0.23, 0.4), order.narrow(1, 0, shape.Keep), order.narrow(1, shape.Keep, 16 - shape.Keep));
        loss.backward();
        Close(oracle.GetProperty("loss"), loss);
        Fingerprint(oracle.GetProperty("grad_all"), cat([.. model.Parameters.All.Select(p => p.Value.grad!.reshape(-1))]));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Ijepa(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var oracle = Read("ijepa").GetProperty("end_to_end_case");
        var shape = new IjepaShape
        {
            Image = 16,
            Channels = 3,
            Patch = 4,
            Width = 8,
            Depth = 2,
            Heads = 2,
            PredictorWidth = 8,
            PredictorDepth = 1,
            PredictorHeads = 2,
            Momentum = 0.996,
        };
        using var initializer = new Initializer(1, CPU, type);
        using var model = new Ijepa(shape, initializer);
        var parts = model.Parameters.All.ToLookup(p => p.Name.Split('.')[0]);
        parts["encoder"].Fill();
        parts["encoder"].Zip(model.State, (p, s) => p with { Value = s.Value }).Fill(1000);
        parts["predictor"].Fill(2000);

        var blocks = oracle.GetProperty("target_ids").EnumerateArray().Select(b => Patches(b, 2)).ToArray();
        var loss = model.Loss(S(type, [2, 3, 16, 16], 0.23, 0.4), Patches(oracle.GetProperty("context_ids"), 2), blocks);
        loss.backward();
        Close(oracle.GetProperty("loss"), loss);
        Fingerprint(oracle.GetProperty("grad_encoder_then_predictor"), cat([.. model.Parameters.All.Select(p => p.Value.grad!.reshape(-1))]));
    }

    private static Tensor Patches(System.Text.Json.JsonElement numbers, int batch) => tensor(Numbers(numbers).Select(n => (long)n).ToArray()).view(batch, -1);
}
