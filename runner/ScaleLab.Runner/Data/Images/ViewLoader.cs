using System.Runtime.InteropServices;
using ScaleLab.Contracts.Corpora;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Data.Images;

/// <summary>
/// Augmented views as float32 tensors on the CPU, standardised by the mean and deviation of the corpus. All that is random about a view follows from
/// seed, sample and view, so neither batch size nor a resume changes what a run sees. Holds buffers: one thread at a time.
/// </summary>
internal sealed class ViewLoader
{
    // Of the held-out views, equal for all runs: no seed of a run is negative.
    private const int HeldOutSeed = -1;

    private readonly IImageSet _images;
    private readonly IReadOnlyList<ViewRecipe> _recipes;
    private readonly SampleOrder _order;
    private readonly int _seed;
    private readonly ViewRenderer _renderer;
    private readonly byte[] _pixels;

    /// <param name="images">Whose images.</param>
    /// <param name="recipes">One for each view.</param>
    /// <param name="order">Which image a sample is.</param>
    /// <param name="seed">Of the run.</param>
    public ViewLoader(IImageSet images, IReadOnlyList<ViewRecipe> recipes, SampleOrder order, int seed)
    {
        var info = images.Info;
        (_images, _order, _seed) = (images, order, seed);
        _recipes = [.. recipes.Select(r => r.For(info.Size, info.Channels))];
        _renderer = new ViewRenderer(info.Size, info.Channels, info.Frames);
        _pixels = new byte[info.SampleBytes];
    }

    /// <summary>Samples <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1 of the run.</summary>
    /// <returns>For each recipe (B, C, S, S), of clips (B, C, T, S, S).</returns>
    public Tensor[] Train(long first, int count) => Load(_recipes, first, count, (sample, pixels) => _images.ReadTrain(_order[sample], pixels), _seed);

    /// <summary>Views of held-out images that are always the same.</summary>
    /// <inheritdoc cref="Train"/>
    public Tensor[] HeldOut(int first, int count) => Load(_recipes, first, count, (image, pixels) => _images.ReadHeldOut((int)image, pixels), HeldOutSeed);

    /// <summary>Images as they are, by their number in the corpus.</summary>
    /// <returns>(B, C, S, S), of clips (B, C, T, S, S).</returns>
    public Tensor Plain(bool heldOut, long first, int count) =>
        Load([ViewRecipe.None.For(_images.Info.Size, _images.Info.Channels)], first, count, (image, pixels) =>
        {
            if (heldOut)
            {
                _images.ReadHeldOut((int)image, pixels);
            }
            else
            {
                _images.ReadTrain(image, pixels);
            }
        }, HeldOutSeed)[0];

    private Tensor[] Load(IReadOnlyList<ViewRecipe> recipes, long first, int count, Reader read, int seed)
    {
        var info = _images.Info;
        var views = recipes.Select(r => empty(Shape(info, count, r.Size!.Value), float32)).ToArray();
        for (var i = 0; i < count; i++)
        {
            read(first + i, _pixels);
            for (var v = 0; v < views.Length; v++)
            {
                var view = View.Draw(recipes[v], info.Size, Random(seed, first + i, v));
                var values = MemoryMarshal.Cast<byte, float>(views[v].bytes);
                var into = values.Slice(i * (values.Length / count), values.Length / count);
                _renderer.Render(_pixels, recipes[v], view, into);
                Standardise(info, into);
            }
        }

        return views;
    }

    private static SplitMix64 Random(int seed, long sample, int view) =>
        new(SplitMix64.Mix(SplitMix64.Mix(SplitMix64.Mix((ulong)seed) + (ulong)sample) + (ulong)view));

    private static long[] Shape(ImageInfo info, int count, int size) =>
        info.Frames == 1 ? [count, info.Channels, size, size] : [count, info.Channels, info.Frames, size, size];

    private static void Standardise(ImageInfo info, Span<float> image)
    {
        var plane = image.Length / info.Channels;
        for (var c = 0; c < info.Channels; c++)
        {
            var (scale, shift) = ((float)(1 / info.Deviation[c]), (float)(-info.Mean[c] / info.Deviation[c]));
            foreach (ref var value in image.Slice(c * plane, plane))
            {
                value = (value * scale) + shift;
            }
        }
    }

    private delegate void Reader(long number, Span<byte> pixels);
}
