using System.Buffers.Binary;
using SkiaSharp;

namespace ScaleLab.Runner.Tests.Data.Images;

/// <summary>Files of images to read.</summary>
internal static class Pictures
{
    /// <summary>A picture of one colour, with one brighter pixel in its upper left corner.</summary>
    public static byte[] Encode(int width, int height, SKColor colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        bitmap.SetPixel(0, 0, new SKColor(255, 255, 255));
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    /// <summary>CIFAR-10 records of (label, value of all pixels of the red plane, green, blue).</summary>
    public static byte[] Cifar(int size, params (int Label, byte Red, byte Green, byte Blue)[] records) =>
    [
        .. records.SelectMany(r => (byte[])[(byte)r.Label, .. Enumerable.Repeat(r.Red, size * size), .. Enumerable.Repeat(r.Green, size * size), .. Enumerable.Repeat(r.Blue, size * size)]),
    ];

    /// <summary>An IDX file of bytes.</summary>
    public static byte[] Idx(int[] sizes, ReadOnlySpan<byte> values)
    {
        var content = new byte[4 + (4 * sizes.Length) + values.Length];
        (content[2], content[3]) = (8, (byte)sizes.Length);
        for (var i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(4 + (4 * i)), sizes[i]);
        }

        values.CopyTo(content.AsSpan(4 + (4 * sizes.Length)));
        return content;
    }
}
