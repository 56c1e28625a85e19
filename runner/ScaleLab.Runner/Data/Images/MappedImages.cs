using System.Buffers.Binary;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Images;

/// <summary>The pixels and labels of one part of a corpus, memory-mapped: all workers share the pages.</summary>
internal sealed class MappedImages : IDisposable
{
    private readonly MappedFile _pixels;
    private readonly MappedFile? _labels;
    private readonly int _sample;
    private readonly int _classes;

    public MappedImages(CorpusStore store, string hash, ImageInfo info, string pixels, string labels)
    {
        (_sample, _classes) = (info.SampleBytes, info.Classes);
        _pixels = new MappedFile(Path.Combine(store.Folder(hash), pixels));
        _labels = info.Classes > 0 ? new MappedFile(Path.Combine(store.Folder(hash), labels)) : null;
    }

    public void Read(long index, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, _sample);
        _pixels.Span(index * _sample, _sample).CopyTo(pixels);
    }

    /// <returns>−1 where there are none.</returns>
    /// <exception cref="InputException">The file of labels is damaged.</exception>
    public int Label(long index)
    {
        if (_labels is null)
        {
            return -1;
        }

        var label = BinaryPrimitives.ReadInt32LittleEndian(_labels.Span(index * sizeof(int), sizeof(int)));
        return label >= 0 && label < _classes ? label : throw new InputException($"{_labels.Path}: image {index} has label {label} of {_classes}");
    }

    public void Dispose()
    {
        _pixels.Dispose();
        _labels?.Dispose();
    }
}
