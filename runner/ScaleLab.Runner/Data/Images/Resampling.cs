namespace ScaleLab.Runner.Data.Images;

/// <summary>
/// Weights that resize one axis, as Pillow's and torchvision's antialiased resize have them: a triangle, or the cubic of Keys 1981 with a = −½,
/// stretched over the source where the target is smaller.
/// </summary>
internal sealed class Resampling
{
    private int[] _first = [];
    private float[] _weights = [];

    /// <summary>Taps of every target pixel; those not needed have weight 0.</summary>
    public int Taps { get; private set; }

    /// <param name="start">First pixel of the source.</param>
    /// <param name="length">Pixels of the source that are spread over the target.</param>
    /// <param name="target">Pixels of the target.</param>
    /// <param name="bicubic">Else bilinear.</param>
    public void Set(int start, int length, int target, bool bicubic)
    {
        var scale = (double)length / target;
        var stretch = Math.Max(1, scale);
        var support = (bicubic ? 2 : 1) * stretch;
        Taps = Math.Min(length, ((int)Math.Ceiling(support) * 2) + 1);
        if (_first.Length < target || _weights.Length < target * Taps)
        {
            (_first, _weights) = (new int[target], new float[target * Taps]);
        }

        for (var i = 0; i < target; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(length, (int)(centre + support + 0.5));

            // Taps stay inside the source at its end, too.
            var from = Math.Min(first, length - Taps);
            _first[i] = start + from;
            var weights = _weights.AsSpan(i * Taps, Taps);
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
            {
                var weight = from + tap >= first && from + tap < end ? Weight((from + tap + 0.5 - centre) / stretch, bicubic) : 0;
                weights[tap] = (float)weight;
                sum += weight;
            }

            foreach (ref var weight in weights)
            {
                weight = (float)(weight / sum);
            }
        }
    }

    /// <summary>The source pixel of the first tap.</summary>
    public int First(int target) => _first[target];

    public ReadOnlySpan<float> Weights(int target) => _weights.AsSpan(target * Taps, Taps);

    private static double Weight(double x, bool bicubic)
    {
        x = Math.Abs(x);
        return (bicubic, x) switch
        {
            (false, < 1) => 1 - x,
            (true, < 1) => (((1.5 * x) - 2.5) * x * x) + 1,
            (true, < 2) => (((((-0.5 * x) + 2.5) * x) - 4) * x) + 2,
            _ => 0,
        };
    }
}
