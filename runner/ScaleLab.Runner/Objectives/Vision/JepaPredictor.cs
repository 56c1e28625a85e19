using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>From the codes of a context to those of patches that only their positions tell: a narrow transformer with mask tokens.</summary>
internal sealed class JepaPredictor
{
    private readonly Dense _input;
    private readonly Tensor[] _maskTokens;
    private readonly Transformer _transformer;
    private readonly Dense _output;
    private readonly Tensor _positions; // (L, C')

    /// <param name="set">Takes the weights, each name beginning with <c>predictor.</c>.</param>
    /// <param name="shape">The model.</param>
    /// <param name="positions">The predictor's own table, (L, C').</param>
    /// <param name="spread">Deviation of the mask tokens at the start.</param>
    /// <param name="initializer">Draws the weights.</param>
    public JepaPredictor(ParameterSet set, JepaShape shape, Tensor positions, double spread, Initializer initializer)
    {
        _positions = positions;
        _input = new Dense(set, "predictor.embed", shape.Width, shape.PredictorWidth, initializer);
        _maskTokens = [.. Enumerable.Range(0, shape.MaskTokens).Select(i => set.Add($"predictor.mask_token.{i}", ParameterKind.Gain, initializer.Normal(spread, 1, 1, shape.PredictorWidth)))];
        _transformer = new Transformer(set, "predictor", shape.Predictor, initializer, scales: false);
        _output = new Dense(set, "predictor.proj", shape.PredictorWidth, shape.Width, initializer, scales: false);
    }

    /// <param name="codes">Of the context, (B, K, C).</param>
    /// <param name="context">Numbers of its patches, (B, K).</param>
    /// <param name="targets">Numbers of the patches of each block to predict, (B, M) each; each block is predicted alone.</param>
    /// <param name="kind">Which mask token.</param>
    /// <returns>(blocks · B, M, C), in the type of the codes.</returns>
    public Tensor Run(Tensor codes, Tensor context, IReadOnlyList<Tensor> targets, int kind = 0)
    {
        var seen = _input.Apply(codes) + Tokens.Rows(_positions, context);
        var hidden = _maskTokens[kind] + Tokens.Rows(_positions, cat([.. targets]));
        var tokens = _transformer.Run(cat([seen.repeat(targets.Count, 1, 1), hidden], 1));
        return _output.Apply(tokens.narrow(1, seen.shape[1], hidden.shape[1])).to(codes.dtype);
    }
}
