namespace ScaleLab.Contracts.Models;

/// <summary>Pre-norm blocks of full attention with biases everywhere, an MLP of four widths, and a last LayerNorm: the trunk of a ViT, its decoders and predictors.</summary>
public readonly record struct TransformerBody(int Width, int Depth, int Heads)
{
    public const int MlpRatio = 4;

    /// <summary>Depth · (12 d² + 13 d) + 2 d.</summary>
    public long Parameters => (Depth * ((12L * Width * Width) + (13L * Width))) + (2L * Width);

    /// <summary>Matrix products of one pass over <paramref name="tokens"/> tokens of one sample: 24 d² a token and block, 4 T² d of attention a block.</summary>
    public double ForwardFlops(double tokens) => Depth * ((24.0 * Width * Width * tokens) + (4.0 * Width * tokens * tokens));

    /// <summary>Of one sample, in float32: about 20 vectors of the width a token and block (4 of them the MLP's, twice), and three maps of attention.</summary>
    public long ActivationBytes(long tokens) => sizeof(float) * Depth * tokens * ((20L * Width) + (3L * Heads * tokens));
}
