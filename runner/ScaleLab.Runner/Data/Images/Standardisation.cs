using ScaleLab.Contracts.Corpora;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Data.Images;

/// <summary>Brings pixels from 0 … 1 to mean 0 and deviation 1 on a device. Made once: a transfer for each view would wait for all that the device has yet to do.</summary>
internal sealed class Standardisation : IDisposable
{
    private readonly Tensor _scale; // (1, C, 1, 1, 1)
    private readonly Tensor _shift;

    public Standardisation(ImageInfo info, Device device)
    {
        _scale = Channels(info.Deviation.Select(d => 1 / d));
        _shift = Channels(info.Mean.Zip(info.Deviation, (m, d) => -m / d));

        Tensor Channels(IEnumerable<double> values) => tensor(values.Select(v => (float)v).ToArray(), [1, info.Channels, 1, 1, 1], device: device).DetachFromDisposeScope();
    }

    /// <param name="x">(B, C, T, S, S).</param>
    public Tensor Apply(Tensor x) => (x * _scale) + _shift;

    public void Dispose()
    {
        _scale.Dispose();
        _shift.Dispose();
    }
}
