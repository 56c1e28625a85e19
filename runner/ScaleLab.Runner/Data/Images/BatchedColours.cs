using static TorchSharp.torch;

namespace ScaleLab.Runner.Data.Images;

/// <summary>What <see cref="Colours"/> does to one image, for a batch (B, C, …) of values from 0 to 1: where samples differ in what happens to them, all of it is computed and one is picked.</summary>
internal static class BatchedColours
{
    /// <param name="x">(B, C, T, S, S).</param>
    /// <param name="chosen">Bool (B, 1, 1, 1, 1): the others stay as they are.</param>
    /// <param name="order">What happens first, second, third and fourth: 0 brightness, 1 contrast, 2 saturation, 3 hue.</param>
    /// <param name="factors">By number of the step.</param>
    public static Tensor Jitter(Tensor x, Tensor chosen, Tensor[] order, Tensor[] factors)
    {
        var colour = x.shape[1] == 3;
        foreach (var step in order)
        {
            var next = where(step == 0, (x * factors[0]).clamp(0, 1), x);
            next = where(step == 1, Towards(x, factors[1], Luminance(x).mean([1, 2, 3, 4], keepdim: true)), next);
            if (colour)
            {
                next = where(step == 2, Towards(x, factors[2], Luminance(x)), next);
                next = where((step == 3).logical_and(factors[3] != 0), Turned(x, factors[3]), next);
            }

            x = where(chosen, next, x);
        }

        return x;
    }

    /// <summary>(B, 1, …), ITU-R BT.601; of one channel that channel.</summary>
    public static Tensor Luminance(Tensor x) =>
        x.shape[1] == 3 ? (x.narrow(1, 0, 1) * 0.299f) + (x.narrow(1, 1, 1) * 0.587f) + (x.narrow(1, 2, 1) * 0.114f) : x.narrow(1, 0, 1);

    private static Tensor Towards(Tensor x, Tensor factor, Tensor other) => ((x * factor) + ((1 - factor) * other)).clamp(0, 1);

    // The hue of HSV, in circles.
    private static Tensor Turned(Tensor x, Tensor turn)
    {
        var (r, g, b) = (x.narrow(1, 0, 1), x.narrow(1, 1, 1), x.narrow(1, 2, 1));
        var high = maximum(r, maximum(g, b));
        var range = high - minimum(r, minimum(g, b));
        var divisor = where(range == 0, ones_like(range), range);
        var hue = where(high == r, (g - b) / divisor, where(high == g, ((b - r) / divisor) + 2, ((r - g) / divisor) + 4));
        hue = hue + (turn * 6);
        hue = hue - ((hue / 6).floor() * 6);
        return where(range == 0, x, cat([Value(hue + 5), Value(hue + 3), Value(hue + 1)], 1));

        Tensor Value(Tensor k)
        {
            k = where(k >= 6, k - 6, k);
            return high - (range * minimum(k, 4 - k).clamp(0, 1));
        }
    }
}
