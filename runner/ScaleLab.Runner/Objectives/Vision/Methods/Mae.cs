using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Losses;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>Masked autoencoders (He et al. 2022; facebookresearch/mae). Dropped patches cost the encoder nothing, and pixels are predicted where they are masked alone.</summary>
internal sealed class Mae : ISelfSupervised
{
    private readonly MaeShape _shape;
    private readonly VisionEncoder _encoder;
    private readonly Dense _toDecoder;
    private readonly Tensor _maskToken;
    private readonly Transformer _decoder;
    private readonly Dense _toPixels;
    private readonly Tensor _positions; // (L, C)
    private readonly Tensor _decoderPositions; // (L, C')

    public Mae(MaeShape shape, Initializer initializer)
    {
        _shape = shape;
        _encoder = new VisionEncoder(Parameters, shape, initializer);
        _toDecoder = new Dense(Parameters, "decoder.embed", shape.Width, shape.DecoderWidth, initializer);
        _maskToken = Parameters.Add("decoder.mask_token", ParameterKind.Gain, initializer.Normal(0.02, 1, 1, shape.DecoderWidth));
        _decoder = new Transformer(Parameters, "decoder", shape.Decoder, initializer, scales: false);
        _toPixels = new Dense(Parameters, "decoder.pred", shape.DecoderWidth, shape.PatchVolume, initializer, scales: false);
        _positions = initializer.Table(SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid));
        _decoderPositions = initializer.Table(SineCosine.ColumnFirst(shape.DecoderWidth, shape.Grid, shape.Grid));
    }

    public IReadOnlyList<ViewRecipe> Views => [_shape.Augment ? ViewRecipe.Mae : ViewRecipe.None];

    public ParameterSet Parameters { get; } = new();

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (visible, masked) = Parts(draws, views[0].device);
        return Loss(views[0], visible, masked);
    }

    public Tensor Losses(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (visible, masked) = Parts(draws, views[0].device);
        var (pixels, targets) = Predict(views[0], visible, masked);
        return MaeLoss.Each(pixels, targets);
    }

    /// <param name="images">(B, C, S, S).</param>
    /// <param name="visible">Numbers of the patches that the encoder sees, (B, K).</param>
    /// <param name="masked">Those of the others, (B, L − K).</param>
    public Tensor Loss(Tensor images, Tensor visible, Tensor masked)
    {
        var (pixels, targets) = Predict(images, visible, masked);
        return MaeLoss.Mean(pixels, targets, ones_like(masked, images.dtype));
    }

    // Of the masked patches, (B, L − K, p·p·C).
    private (Tensor Pixels, Tensor Targets) Predict(Tensor images, Tensor visible, Tensor masked)
    {
        var tokens = _encoder.Run(Tokens.Pick(_encoder.Patches(images), visible), Tokens.Rows(_positions, visible)); // (B, 1 + K, C)
        var seen = _toDecoder.Apply(tokens); // (B, 1 + K, C')
        var hidden = _maskToken + Tokens.Rows(_decoderPositions, masked); // (B, L − K, C')

        // Attention knows no order but the positions, so the masked tokens may stand last.
        var decoded = _decoder.Run(cat([seen.narrow(1, 0, 1), seen.narrow(1, 1, visible.shape[1]) + Tokens.Rows(_decoderPositions, visible), hidden], 1));
        var pixels = _toPixels.Apply(decoded.narrow(1, 1 + visible.shape[1], masked.shape[1]));
        var targets = Tokens.Pick(MaeLoss.Patches(images, _shape.Patch), masked);
        return (pixels, _shape.NormPix ? MaeLoss.Normalized(targets) : targets);
    }

    public double? Floor(FieldPredictor world, IReadOnlyList<Tensor> views, SampleDraws draws) => _shape.NormPix
        ? null
        : world.Loss(MaeLoss.Patches(views[0].cpu(), _shape.Patch), Order(draws).narrow(1, 0, _shape.Keep));

    public Tensor Features(Tensor images) => _encoder.Features(images, _positions);

    public FrozenEncoder Encoder => new(_encoder, _positions, _encoder.Patches);

    private (Tensor Visible, Tensor Masked) Parts(SampleDraws draws, Device device)
    {
        var order = Transfer.To(Order(draws), device);
        return (order.narrow(1, 0, _shape.Keep), order.narrow(1, _shape.Keep, _shape.Patches - _shape.Keep));
    }

    // The first K patches of each row are visible.
    private Tensor Order(SampleDraws draws) => tensor(draws.Permutations(_shape.Patches), [draws.Count, _shape.Patches]);

    public void Dispose()
    {
        Parameters.Dispose();
        _positions.Dispose();
        _decoderPositions.Dispose();
    }
}
