namespace ScaleLab.Contracts.Models;

/// <summary>Linear layers between an encoder and its loss, an activation after all but the last: a projector or a predictor.</summary>
/// <param name="Widths">Of the input, of each hidden layer, of the output.</param>
public sealed record Perceptron(params IReadOnlyList<int> Widths)
{
    /// <summary>
    /// Hidden layers are batch-normalised, by a gain and a bias, before a ReLU; they have no bias of their own, which the norm would cancel (some released
    /// codes carry one along). Without norms they have a bias, and the activation is a GELU.
    /// </summary>
    public bool Norms { get; init; } = true;

    /// <summary>The last layer has a bias.</summary>
    public bool OutputBias { get; init; }

    public OutputNorm OutputNorm { get; init; }

    public int Layers => Widths.Count - 1;

    public long Parameters
    {
        get
        {
            var (matrices, hidden) = (0L, 0L);
            for (var l = 0; l < Layers; l++)
            {
                matrices += (long)Widths[l] * Widths[l + 1];
                hidden += l + 1 < Layers ? Widths[l + 1] : 0;
            }

            var output = (OutputBias ? 1 : 0) + (OutputNorm == OutputNorm.Gain ? 1 : 0);
            return matrices + (hidden * (Norms ? 2 : 1)) + ((long)output * Widths[^1]);
        }
    }

    /// <summary>Of one row.</summary>
    public double ForwardFlops => 2.0 * Enumerable.Range(0, Layers).Sum(l => (double)Widths[l] * Widths[l + 1]);

    /// <summary>Of one row, in float32: each layer's product, norm and activation.</summary>
    public long ActivationBytes => 3L * sizeof(float) * Widths.Sum(w => (long)w);
}

/// <summary>What a perceptron does to its output.</summary>
public enum OutputNorm
{
    None,

    /// <summary>Batch normalisation without parameters.</summary>
    Plain,

    /// <summary>Batch normalisation with a gain, without a bias.</summary>
    Gain,
}
