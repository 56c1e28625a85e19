using System.Numerics;
using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Data.Images;

/// <summary>Changes of colour as torchvision has them, in place, on planes of values from 0 to 1 that follow each other.</summary>
internal static class Colours
{
    // ITU-R BT.601, as in Pillow.
    private const float Red = 0.299f;
    private const float Green = 0.587f;
    private const float Blue = 0.114f;

    public static void Brightness(Span<float> image, float factor) => Blend(image, factor, 0);

    /// <summary>Towards or away from the mean brightness.</summary>
    /// <param name="image">(C, …)</param>
    /// <param name="factor">1 changes nothing.</param>
    /// <param name="channels">C; 3 are red, green and blue.</param>
    public static void Contrast(Span<float> image, float factor, int channels)
    {
        var plane = image.Length / channels;
        var sum = 0.0;
        for (var i = 0; i < plane; i++)
        {
            sum += channels == 3 ? Luminance(image, i, plane) : image[i];
        }

        Blend(image, factor, (float)(sum / plane));
    }

    /// <param name="image">(3, …)</param>
    /// <param name="factor">0 leaves gray.</param>
    public static void Saturation(Span<float> image, float factor)
    {
        var plane = image.Length / 3;
        for (var i = 0; i < plane; i++)
        {
            var rest = (1 - factor) * Luminance(image, i, plane);
            for (var c = 0; c < 3; c++)
            {
                ref var value = ref image[(c * plane) + i];
                value = Math.Clamp((factor * value) + rest, 0, 1);
            }
        }
    }

    /// <summary>Turns the hue of HSV.</summary>
    /// <param name="image">(3, …)</param>
    /// <param name="turn">In circles.</param>
    public static void Hue(Span<float> image, float turn)
    {
        var plane = image.Length / 3;
        for (var i = 0; i < plane; i++)
        {
            ref var r = ref image[i];
            ref var g = ref image[plane + i];
            ref var b = ref image[(2 * plane) + i];
            var (high, low) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
            var range = high - low;
            if (range == 0)
            {
                continue;
            }

            // In sixths of a circle from red.
            var hue = high == r ? (g - b) / range : high == g ? 2 + ((b - r) / range) : 4 + ((r - g) / range);
            hue += 6 * turn;
            hue -= 6 * MathF.Floor(hue / 6);
            (r, g, b) = (Value(hue + 5), Value(hue + 3), Value(hue + 1));

            float Value(float k)
            {
                k = k >= 6 ? k - 6 : k;
                return high - (range * Math.Clamp(Math.Min(k, 4 - k), 0, 1));
            }
        }
    }

    /// <param name="image">(3, …)</param>
    public static void Gray(Span<float> image)
    {
        var plane = image.Length / 3;
        for (var i = 0; i < plane; i++)
        {
            image[i] = image[plane + i] = image[(2 * plane) + i] = Luminance(image, i, plane);
        }
    }

    public static void Solarize(Span<float> image)
    {
        foreach (ref var value in image)
        {
            value = value < 0.5f ? value : 1 - value;
        }
    }

    // factor · x + (1 − factor) · other
    private static void Blend(Span<float> image, float factor, float other)
    {
        var rest = (1 - factor) * other;
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(image);
        foreach (ref var lane in lanes)
        {
            lane = Vector.Min(Vector.Max((lane * factor) + new Vector<float>(rest), Vector<float>.Zero), Vector<float>.One);
        }

        foreach (ref var value in image[(lanes.Length * Vector<float>.Count)..])
        {
            value = Math.Clamp((value * factor) + rest, 0, 1);
        }
    }

    private static float Luminance(ReadOnlySpan<float> image, int pixel, int plane) =>
        (Red * image[pixel]) + (Green * image[plane + pixel]) + (Blue * image[(2 * plane) + pixel]);
}
