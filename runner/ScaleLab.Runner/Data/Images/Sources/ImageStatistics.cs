namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Mean and standard deviation of each channel, from exact sums: the same whatever the order.</summary>
internal sealed class ImageStatistics(int channels)
{
    private readonly long[] _sums = new long[channels];
    private readonly long[] _squares = new long[channels];
    private long _pixels;

    /// <param name="pixels">(…, C)</param>
    public void Add(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += channels)
        {
            for (var c = 0; c < channels; c++)
            {
                long value = pixels[i + c];
                _sums[c] += value;
                _squares[c] += value * value;
            }
        }

        _pixels += pixels.Length / channels;
    }

    /// <summary>Of pixels from 0 to 1.</summary>
    public double[] Mean() => [.. _sums.Select(s => s / 255.0 / _pixels)];

    /// <summary>Of the whole, not of a sample; of pixels from 0 to 1.</summary>
    public double[] Deviation() =>
    [
        .. _sums.Zip(_squares, (sum, square) =>
        {
            var mean = (double)sum / _pixels;
            return Math.Sqrt(Math.Max(0, ((double)square / _pixels) - (mean * mean))) / 255;
        }),
    ];
}
