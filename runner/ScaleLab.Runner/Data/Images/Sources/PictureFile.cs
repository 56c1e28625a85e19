using System.Runtime.InteropServices;
using ScaleLab.Contracts;
using SkiaSharp;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Reads a JPEG or PNG file as red, green and blue.</summary>
internal static class PictureFile
{
    public const int Channels = 3;

    // Of a decoder's memory: 400 MB.
    private const long MostPixels = 100_000_000;

    /// <summary>Resizes the shorter side to <paramref name="size"/> (bilinear, averaging where it shrinks) and cuts out the centre.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">H and W.</param>
    /// <param name="pixels">(H, W, 3); transparency is ignored, as in Pillow's conversion to RGB.</param>
    /// <exception cref="InputException">It is no such picture, cut short, or too large.</exception>
    public static void Read(FileInfo file, int size, Span<byte> pixels)
    {
        using var codec = SKCodec.Create(file.FullName, out var opened) ?? throw new InputException($"no picture ({opened})");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels)
        {
            throw new InputException($"{width} × {height} pixels; at most {MostPixels / 1_000_000} million are read");
        }

        // Without a colour space nothing is converted: the bytes are those of the file.
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null));
        var decoded = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (decoded != SKCodecResult.Success)
        {
            throw new InputException($"damaged picture ({decoded})");
        }

        var side = Math.Min(width, height);
        var (left, top) = ((width - side) / 2, (height - side) / 2);
        var square = new byte[side * side * Channels];
        var rows = MemoryMarshal.AsBytes(bitmap.GetPixelSpan());
        for (var y = 0; y < side; y++)
        {
            var row = rows.Slice(((top + y) * bitmap.RowBytes) + (left * 4), side * 4);
            for (var x = 0; x < side; x++)
            {
                row.Slice(x * 4, Channels).CopyTo(square.AsSpan(((y * side) + x) * Channels));
            }
        }

        var (recipe, values) = (ViewRecipe.None with { Size = size }, new float[Channels * size * size]);
        new ViewRenderer(side, Channels, frames: 1).Render(square, recipe, View.Draw(recipe, side, default), values);
        for (var i = 0; i < size * size; i++)
        {
            for (var c = 0; c < Channels; c++)
            {
                pixels[(i * Channels) + c] = (byte)MathF.Round(255 * values[(c * size * size) + i]);
            }
        }
    }
}
