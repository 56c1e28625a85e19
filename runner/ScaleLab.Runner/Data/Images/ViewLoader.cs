using System.Collections.Concurrent;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Kernels;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Data.Images;

/// <summary>
/// Augmented views as float32 tensors on the CPU, standardised by the mean and deviation of the corpus. All that is random about a view follows from
/// seed, sample and view, so neither batch size, a resume nor the number of threads changes what a run sees. Holds buffers: one caller at a time.
/// </summary>
internal sealed unsafe class ViewLoader
{
    // Of the held-out views, equal for all runs: no seed of a run is negative.
    private const int HeldOutSeed = -1;

    private readonly IImageSet _images;
    private readonly IReadOnlyList<ViewRecipe> _recipes;
    private readonly SampleOrder _order;
    private readonly int _seed;
    private readonly int _threads;
    private readonly ConcurrentBag<Bench> _benches = [];

    /// <param name="images">Whose images.</param>
    /// <param name="recipes">One for each view.</param>
    /// <param name="order">Which image a sample is.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="threads">That make the views of a batch.</param>
    public ViewLoader(IImageSet images, IReadOnlyList<ViewRecipe> recipes, SampleOrder order, int seed, int threads = 1)
    {
        var info = images.Info;
        (_images, _order, _seed, _threads) = (images, order, seed, threads);
        _recipes = [.. recipes.Select(r => r.For(info.Size, info.Channels))];
    }

    /// <summary>Samples <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1 of the run.</summary>
    /// <returns>For each recipe (B, C, S, S), of clips (B, C, T, S, S).</returns>
    public Tensor[] Train(long first, int count) => Load(_recipes, first, count, (sample, pixels) => _images.ReadTrain(_order[sample], pixels), _seed);

    /// <summary>The same samples for <see cref="Render"/>: their bytes, and what chance has decided about each of their views.</summary>
    /// <returns>Uint8 (B, T, H, W, C), then float64 (B, <see cref="BatchedViews.Columns"/>) for each recipe.</returns>
    public Tensor[] Raw(long first, int count)
    {
        var info = _images.Info;
        var pixels = empty([count, info.Frames, info.Size, info.Size, info.Channels], uint8);
        var views = _recipes.Select(_ => empty([count, BatchedViews.Columns], float64)).ToArray();
        var bytes = (nint)Memory.Of<byte>(pixels);
        var rows = views.Select(v => (nint)Memory.Of<double>(v)).ToArray();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, i =>
        {
            _images.ReadTrain(_order[first + i], new Span<byte>((byte*)bytes + ((long)i * info.SampleBytes), info.SampleBytes));
            for (var v = 0; v < rows.Length; v++)
            {
                BatchedViews.Write(View.Draw(_recipes[v], info.Size, Random(_seed, first + i, v)), new Span<double>((double*)rows[v] + (i * BatchedViews.Columns), BatchedViews.Columns));
            }
        });
        return [pixels, .. views];
    }

    /// <param name="raw">Of <see cref="Raw"/>, on the device that is to make the views.</param>
    /// <param name="standardisation">On that device.</param>
    /// <inheritdoc cref="Train"/>
    public Tensor[] Render(IReadOnlyList<Tensor> raw, Standardisation standardisation) =>
        [.. _recipes.Select((r, v) => BatchedViews.Render(raw[0], raw[v + 1], r, _images.Info, standardisation))];

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
        var values = views.Select(v => (nint)Memory.Of<float>(v)).ToArray();
        if (_threads == 1)
        {
            var bench = Take();
            for (var i = 0; i < count; i++)
            {
                Render(i, bench);
            }

            _benches.Add(bench);
        }
        else
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, Take, (i, _, bench) => Render(i, bench), _benches.Add);
        }

        return views;

        Bench Take() => _benches.TryTake(out var free) ? free : new Bench(new ViewRenderer(info.Size, info.Channels, info.Frames), new byte[info.SampleBytes]);

        Bench Render(int i, Bench bench)
        {
            read(first + i, bench.Pixels);
            for (var v = 0; v < views.Length; v++)
            {
                var view = View.Draw(recipes[v], info.Size, Random(seed, first + i, v));
                var length = info.Channels * info.Frames * recipes[v].Size!.Value * recipes[v].Size!.Value;
                var into = new Span<float>((float*)values[v] + ((long)i * length), length);
                bench.Renderer.Render(bench.Pixels, recipes[v], view, into);
                Standardise(info, into);
            }

            return bench;
        }
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

    private sealed record Bench(ViewRenderer Renderer, byte[] Pixels);
}
