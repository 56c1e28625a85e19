using ScaleLab.Contracts.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>A ViT: patches, fixed positions, a class token where the method has one, and the blocks.</summary>
internal sealed class VisionEncoder
{
    private readonly VisionShape _shape;
    private readonly Dense _embedding;
    private readonly Tensor? _classToken;
    private readonly Transformer _transformer;

    /// <param name="set">Takes the weights, each name beginning with <c>encoder.</c>.</param>
    /// <param name="shape">The model.</param>
    /// <param name="initializer">Draws the weights.</param>
    public VisionEncoder(ParameterSet set, VisionShape shape, Initializer initializer)
    {
        _shape = shape;
        _embedding = new Dense(set, $"{Prefix}.patch_embed.proj", shape.PatchVolume, shape.Width, initializer, scales: false);
        if (shape.FrozenPatches)
        {
            set.Freeze($"{Prefix}.patch_embed.");
        }

        _classToken = shape.HasClassToken ? set.Add($"{Prefix}.cls_token", ParameterKind.Gain, initializer.Normal(0.02, 1, 1, shape.Width)) : null;
        _transformer = new Transformer(set, Prefix, shape.Encoder, initializer, scales: true);
    }

    public const string Prefix = "encoder";

    /// <summary>Flattens each patch channel, row, column: the order of a convolution's weights.</summary>
    /// <param name="images">(B, C, S, S), S a multiple of the patch.</param>
    /// <returns>(B, L, C·p·p), patches row by row.</returns>
    public Tensor Patches(Tensor images)
    {
        var (batch, channels, grid, p) = (images.shape[0], images.shape[1], images.shape[2] / _shape.Patch, (long)_shape.Patch);
        return images.view(batch, channels, grid, p, grid, p).permute(0, 2, 4, 1, 3, 5).reshape(batch, grid * grid, channels * p * p);
    }

    /// <param name="patches">(B, L', C·p·p): all of an image's, or some.</param>
    /// <param name="positions">(L', C), or (B, L', C) where each image keeps others.</param>
    /// <returns>(B, 1 + L', C) with a class token, first; else (B, L', C).</returns>
    public Tensor Run(Tensor patches, Tensor positions) => Encode(Embed(patches) + positions);

    /// <param name="patches">(B, L', C·p·p).</param>
    /// <returns>(B, L', C).</returns>
    public Tensor Embed(Tensor patches) => _embedding.Apply(patches);

    /// <param name="tokens">Patches with their positions, (B, L', C).</param>
    /// <returns>As <see cref="Run"/>.</returns>
    public Tensor Encode(Tensor tokens) => _transformer.Run(WithClassToken(tokens));

    /// <summary>What the last block makes of the patches, and where it looks.</summary>
    /// <param name="patches">All of an image's, (B, L, C·p·p).</param>
    /// <param name="positions">(L, C).</param>
    /// <returns>Patch tokens before the last norm, (B, L, C); attention to patches of the class token, or without one of the mean patch, (B, H, L).</returns>
    public (Tensor Tokens, Tensor Attention) Look(Tensor patches, Tensor positions)
    {
        Tensor? attention = null;
        var first = _classToken is null ? 0 : 1;
        var stream = _transformer.Stream(WithClassToken(Embed(patches) + positions), weights =>
            attention = (_classToken is null ? weights.mean([2]) : weights.select(2, 0)).narrow(2, first, patches.shape[1]));
        return (stream.narrow(1, first, patches.shape[1]), attention!);
    }

    /// <summary>One vector for each image: the class token, or the mean of the patches (what the linear probe of each method reads).</summary>
    /// <param name="images">(B, C, S, S).</param>
    /// <param name="positions">(L, C).</param>
    /// <returns>(B, C).</returns>
    public Tensor Features(Tensor images, Tensor positions) => Read(Patches(images), positions);

    /// <inheritdoc cref="Features"/>
    /// <param name="patches">All of an image's, (B, L, C·p·p).</param>
    /// <param name="positions">(L, C).</param>
    public Tensor Read(Tensor patches, Tensor positions)
    {
        var tokens = Run(patches, positions);
        return _classToken is null ? tokens.mean([1]) : tokens.select(1, 0);
    }

    private Tensor WithClassToken(Tensor tokens) => _classToken is null ? tokens : cat([_classToken.expand(tokens.shape[0], 1, -1), tokens], 1);
}
