using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data.Images.Worlds;

namespace ScaleLab.Runner.Data.Images;

/// <summary>Opens a prepared corpus of images.</summary>
internal static class ImageSet
{
    /// <summary>What an epoch of a world is taken to be, so that a run's seed can permute it: more than any run sees.</summary>
    private const long Endless = 1L << 40;

    /// <exception cref="InputException">The corpus is not in the store, damaged, or holds no images.</exception>
    public static IImageSet Open(CorpusStore store, string hash)
    {
        var corpus = store.Get(hash);
        var info = corpus.Images ?? throw new InputException($"corpus {hash} ({corpus.Origin}) holds no images");
        var heldOut = new MappedImages(store, hash, info, CorpusStore.HeldOutName, CorpusStore.HeldOutLabelsName);
        try
        {
            return info.World is null
                ? new StoredImages(info, new MappedImages(store, hash, info, CorpusStore.TrainName, CorpusStore.TrainLabelsName), heldOut)
                : new DrawnImages(info, IWorld.Of(info.World, info.Size, info.Frames), heldOut);
        }
        catch
        {
            heldOut.Dispose();
            throw;
        }
    }

    /// <summary>The order in which a run reads the images: a permutation of all for each epoch. Of a world it picks numbers among 2⁴⁰.</summary>
    public static SampleOrder Order(ImageInfo info, int seed) => new(info.Train ?? Endless, seed);

    private sealed class StoredImages(ImageInfo info, MappedImages train, MappedImages heldOut) : IImageSet
    {
        public ImageInfo Info => info;

        public void ReadTrain(long index, Span<byte> pixels) => train.Read(index, pixels);

        public int TrainLabel(long index) => train.Label(index);

        public void ReadHeldOut(int index, Span<byte> pixels) => heldOut.Read(index, pixels);

        public int HeldOutLabel(int index) => heldOut.Label(index);

        public void Dispose()
        {
            train.Dispose();
            heldOut.Dispose();
        }
    }

    private sealed class DrawnImages(ImageInfo info, IWorld world, MappedImages heldOut) : IImageSet
    {
        public ImageInfo Info => info;

        public IWorld? World => world;

        public void ReadTrain(long index, Span<byte> pixels) => world.Draw((ulong)index, pixels);

        public int TrainLabel(long index) => world.Label((ulong)index);

        public void ReadHeldOut(int index, Span<byte> pixels) => heldOut.Read(index, pixels);

        public int HeldOutLabel(int index) => heldOut.Label(index);

        public void Dispose() => heldOut.Dispose();
    }
}
