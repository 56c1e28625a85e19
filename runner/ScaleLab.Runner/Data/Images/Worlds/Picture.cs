using System.Numerics;

namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>A picture that is filled from front to back: a leaf covers only what is still empty. It remembers what is, a bit to a pixel, since most leaves fall where everything is full.</summary>
internal ref struct Picture
{
    private const int WordBits = 64;

    private readonly Span<byte> _pixels; // (H, W, 3)
    private readonly Span<int> _owners; // (H, W)
    private readonly ulong[] _empty; // (H, words)
    private readonly int _size;
    private readonly int _words;

    /// <param name="pixels">(H, W, 3).</param>
    /// <param name="owners">(H, W): is given the number of the leaf that each pixel shows, −1 where none is.</param>
    /// <param name="size">H and W.</param>
    public Picture(Span<byte> pixels, Span<int> owners, int size)
    {
        _pixels = pixels;
        _owners = owners;
        _size = size;
        _words = (size + WordBits - 1) / WordBits;
        _empty = new ulong[size * _words];
        _empty.AsSpan().Fill(ulong.MaxValue);
        Left = size * size;
        owners.Fill(-1);
    }

    /// <summary>Pixels that are empty.</summary>
    public int Left { get; private set; }

    public void Draw(in Leaf leaf, int number)
    {
        var (left, right, top, bottom) = leaf.Box(_size);
        for (var first = left; first < right; first = (first / WordBits * WordBits) + WordBits)
        {
            // The columns of the box that lie in this word.
            var (word, end) = (first / WordBits, Math.Min(right, (first / WordBits * WordBits) + WordBits));
            var columns = (ulong.MaxValue >> (WordBits - (end - first))) << (first % WordBits);
            for (var row = top; row < bottom; row++)
            {
                ref var empty = ref _empty[(row * _words) + word];
                for (var there = empty & columns; there != 0; there &= there - 1)
                {
                    var bit = BitOperations.TrailingZeroCount(there);
                    var column = (word * WordBits) + bit;
                    if (leaf.Covers(column, row))
                    {
                        empty &= ~(1UL << bit);
                        _owners[(row * _size) + column] = number;
                        leaf.Colour(_pixels, (row * _size) + column);
                        Left--;
                    }
                }
            }
        }
    }
}
