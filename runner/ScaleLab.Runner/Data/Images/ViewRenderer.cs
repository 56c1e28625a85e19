using System.Numerics;
using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Data.Images;

/// <summary>Turns the bytes of one image or clip into a view. Holds its buffers, so one thread at a time.</summary>
internal sealed class ViewRenderer(int size, int channels, int frames)
{
    private readonly Resampling _columns = new();
    private readonly Resampling _rows = new();
    private readonly float[] _row = new float[size];
    private float[] _wide = []; // (H of the source, S)
    private float[] _blurred = [];

    /// <param name="source">(T, H, W, C)</param>
    /// <param name="recipe">Its size is set.</param>
    /// <param name="view">Drawn from the recipe.</param>
    /// <param name="into">(C, T, S, S), values from 0 to 1.</param>
    public void Render(ReadOnlySpan<byte> source, ViewRecipe recipe, View view, Span<float> into)
    {
        var target = recipe.Size!.Value;
        var plane = target * target;
        _columns.Set(view.Box.Left, view.Box.Width, target, recipe.Bicubic);
        _rows.Set(view.Box.Top, view.Box.Height, target, recipe.Bicubic);
        if (_wide.Length < size * target || _blurred.Length < plane)
        {
            (_wide, _blurred) = (new float[size * target], new float[plane]);
        }

        for (var frame = 0; frame < frames; frame++)
        {
            var pixels = source.Slice(frame * size * size * channels, size * size * channels);
            for (var c = 0; c < channels; c++)
            {
                Resize(pixels, c, view, target, into.Slice(((c * frames) + frame) * plane, plane));
            }
        }

        if (view.Jitter)
        {
            Jitter(view, into);
        }

        if (view.Gray)
        {
            Colours.Gray(into);
        }

        if (view.Sigma > 0)
        {
            for (var p = 0; p < channels * frames; p++)
            {
                Blur(into.Slice(p * plane, plane), target, view.Sigma);
            }
        }

        if (view.Solarize)
        {
            Colours.Solarize(into);
        }
    }

    // One channel of one frame: first along the rows that are needed, then along the columns.
    private void Resize(ReadOnlySpan<byte> pixels, int channel, View view, int target, Span<float> into)
    {
        var (left, top, width, height) = view.Box;
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++)
            {
                _row[x] = pixels[(((y * size) + x) * channels) + channel] * (1f / 255);
            }

            var wide = _wide.AsSpan(y * target, target);
            for (var i = 0; i < target; i++)
            {
                var weights = _columns.Weights(i);
                var taps = _row.AsSpan(_columns.First(i), weights.Length);
                var sum = 0f;
                for (var tap = 0; tap < weights.Length; tap++)
                {
                    sum += weights[tap] * taps[tap];
                }

                wide[view.Flip ? target - 1 - i : i] = sum;
            }
        }

        for (var i = 0; i < target; i++)
        {
            var row = into.Slice(i * target, target);
            row.Clear();
            var weights = _rows.Weights(i);
            for (var tap = 0; tap < weights.Length; tap++)
            {
                AddScaled(row, _wide.AsSpan((_rows.First(i) + tap) * target, target), weights[tap]);
            }

            foreach (ref var value in row)
            {
                value = Math.Clamp(value, 0, 1); // a cubic overshoots
            }
        }
    }

    private void Jitter(View view, Span<float> image)
    {
        for (var i = 0; i < 4; i++)
        {
            var factor = view.Factors[view.Order[i]];
            switch (view.Order[i])
            {
                case 0:
                    Colours.Brightness(image, factor);
                    break;
                case 1:
                    Colours.Contrast(image, factor, channels);
                    break;
                case 2 when channels == 3:
                    Colours.Saturation(image, factor);
                    break;
                case 3 when channels == 3 && factor != 0:
                    Colours.Hue(image, factor);
                    break;
            }
        }
    }

    // Over a tenth of the image at most, as in SimCLR's code; the border repeats its last pixel.
    private void Blur(Span<float> image, int target, float sigma)
    {
        var radius = Math.Max(1, target / 20);
        Span<float> kernel = stackalloc float[(2 * radius) + 1];
        var sum = 0f;
        for (var i = -radius; i <= radius; i++)
        {
            sum += kernel[i + radius] = MathF.Exp(-(i * i) / (2 * sigma * sigma));
        }

        _blurred.AsSpan().Clear();
        for (var y = 0; y < target; y++)
        {
            for (var i = -radius; i <= radius; i++)
            {
                AddScaled(_blurred.AsSpan(y * target, target), image.Slice(Math.Clamp(y + i, 0, target - 1) * target, target), kernel[i + radius] / sum);
            }
        }

        for (var y = 0; y < target; y++)
        {
            var from = _blurred.AsSpan(y * target, target);
            var to = image.Slice(y * target, target);
            for (var x = 0; x < target; x++)
            {
                var value = 0f;
                for (var i = -radius; i <= radius; i++)
                {
                    value += from[Math.Clamp(x + i, 0, target - 1)] * kernel[i + radius];
                }

                to[x] = Math.Min(1, value / sum);
            }
        }
    }

    private static void AddScaled(Span<float> into, ReadOnlySpan<float> row, float weight)
    {
        var sums = MemoryMarshal.Cast<float, Vector<float>>(into);
        var lanes = MemoryMarshal.Cast<float, Vector<float>>(row);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += lanes[i] * weight;
        }

        for (var i = sums.Length * Vector<float>.Count; i < into.Length; i++)
        {
            into[i] += row[i] * weight;
        }
    }
}
