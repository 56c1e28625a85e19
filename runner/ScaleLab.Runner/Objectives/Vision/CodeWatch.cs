using System.Globalization;
using ScaleLab.Runner.Objectives.Vision.Probes;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>Keeps the last codes of images, to see whether they have become one.</summary>
internal sealed class CodeWatch : IDisposable
{
    // Of the sphere's spread. Measured at widths 20 to 112: 0.36 to 0.66 for encoders just drawn, 0.08 and more for those that learn.
    private const double SmallestSpread = 0.01;

    private Tensor? _last;

    /// <param name="codes">(N, d).</param>
    /// <returns>The same.</returns>
    public Tensor Watched(Tensor codes)
    {
        // The last chunk of a batch may be a single image, which has no spread.
        if (codes.shape[0] > 1)
        {
            _last?.Dispose();
            _last = codes.detach().DetachFromDisposeScope();
        }

        return codes;
    }

    /// <returns>How the last codes show that the encoder gives every image one; null where they do not.</returns>
    public string? Collapse() => _last is not null && Spectrum.Spread(_last) is var spread and < SmallestSpread
        ? string.Create(CultureInfo.InvariantCulture, $"the encoder gives all images one code: spread {spread:0.0e+0} of the sphere's")
        : null;

    public void Dispose() => _last?.Dispose();
}
