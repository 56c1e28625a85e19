using ScaleLab.Contracts.Models;
using ScaleLab.Runner.Data.Images;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives.Vision.Losses;
using ScaleLab.Runner.Objectives.Vision.Masks;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision.Methods;

/// <summary>BEiT (Bao et al. 2021; microsoft/unilm): the visual tokens of masked patches, whose place a mask token takes in the encoder. No patch is dropped, so none is saved. Probes read the mean of the patches: no loss teaches the class token.</summary>
internal sealed class Beit : ISelfSupervised
{
    private readonly BeitShape _shape;
    private readonly VisionEncoder _encoder;
    private readonly Tensor _maskToken;
    private readonly Dense _head;
    private readonly Tensor _codebook; // (K, p·p·C)
    private readonly Tensor _positions; // (L, C)

    public Beit(BeitShape shape, Initializer initializer)
    {
        _shape = shape;
        _encoder = new VisionEncoder(Parameters, shape, initializer);
        _maskToken = Parameters.Add("decoder.mask_token", ParameterKind.Gain, initializer.Normal(0.02, 1, 1, shape.Width));
        _head = new Dense(Parameters, "decoder.head", shape.Width, shape.Codes, initializer, weight: initializer.Normal(0.02, shape.Codes, shape.Width)); // the loss begins near ln K
        _codebook = initializer.Table(zeros([shape.Codes, shape.PatchVolume]));
        _positions = initializer.Table(SineCosine.ColumnFirst(shape.Width, shape.Grid, shape.Grid));
    }

    public IReadOnlyList<ViewRecipe> Views { get; } = [ViewRecipe.Beit];

    public ParameterSet Parameters { get; } = new();

    public IReadOnlyList<(string Name, Tensor Value)> State => [("codebook", _codebook)];

    public void Prepare(Func<long, int, Tensor> images)
    {
        using var codebook = Codebook.Train(_shape, images);
        _codebook.copy_(codebook);
    }

    public Tensor Loss(IReadOnlyList<Tensor> views, SampleDraws draws) => Loss(views[0], Masked(draws, views[0].device));

    public Tensor Losses(IReadOnlyList<Tensor> views, SampleDraws draws)
    {
        var (logits, codes) = Predict(views[0], Masked(draws, views[0].device));
        return BeitLoss.Each(logits, codes, draws.Count);
    }

    /// <param name="images">(B, C, S, S).</param>
    /// <param name="masked">Numbers of the masked patches, (B, M).</param>
    public Tensor Loss(Tensor images, Tensor masked)
    {
        var (logits, codes) = Predict(images, masked);
        return BeitLoss.Mean(logits, codes);
    }

    // (B · M, K) and (B · M).
    private (Tensor Logits, Tensor Codes) Predict(Tensor images, Tensor masked)
    {
        var hidden = zeros(images.shape[0], _shape.Patches, images.dtype, images.device).scatter_(1, masked, ones_like(masked, images.dtype)).unsqueeze(-1); // (B, L, 1)
        var embedded = _encoder.Embed(_encoder.Patches(images));
        var tokens = _encoder.Encode((embedded * (1 - hidden)) + (_maskToken * hidden) + _positions);
        var logits = _head.Apply(Tokens.Pick(tokens.narrow(1, 1, _shape.Patches), masked)).to(images.dtype); // (B, M, K)
        return (logits.view(-1, _shape.Codes), Codes(images, masked).view(-1));
    }

    private Tensor Masked(SampleDraws draws, Device device)
    {
        var masked = Enumerable.Range(0, draws.Count).SelectMany(i => BeitMask.Draw(_shape, draws[i])).ToArray();
        return Transfer.To(tensor(masked, [draws.Count, _shape.Masked]), device);
    }

    public Tensor Features(Tensor images) => _encoder.Run(_encoder.Patches(images), _positions).narrow(1, 1, _shape.Patches).mean([1]);

    public FrozenEncoder Encoder => new(_encoder, _positions, _encoder.Patches);

    public IEnumerable<(string Column, double Value)> Health(IReadOnlyList<Tensor> views)
    {
        var all = arange(_shape.Patches, int64, views[0].device).expand(views[0].shape[0], -1);
        var used = Codes(views[0], all).view(-1).bincount(null, _shape.Codes).to(float64);
        return [("target_entropy", special.entr(used / used.sum()).sum().item<double>())];
    }

    public void Dispose()
    {
        Parameters.Dispose();
        _codebook.Dispose();
        _positions.Dispose();
    }

    private Tensor Codes(Tensor images, Tensor which)
    {
        using var frozen = no_grad();
        return BeitLoss.Codes(Tokens.Pick(MaeLoss.Patches(images, _shape.Patch), which), _codebook);
    }
}
