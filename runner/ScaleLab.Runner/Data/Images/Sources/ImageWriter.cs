using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Writes the files of a corpus of images and takes its content hash on the way.</summary>
internal sealed class ImageWriter(string folder, int size, int channels, int frames, int classes) : IDisposable
{
    private readonly Dictionary<string, TokenFile> _files = [];
    private readonly ImageStatistics _statistics = new(channels);
    private readonly Dictionary<UInt128, bool> _copies = []; // of a held-out image, whether the training part holds it too
    private readonly List<UInt128> _heldOutImages = [];
    private long _train;
    private int _heldOut;

    /// <param name="pixels">(T, H, W, C)</param>
    /// <param name="label">Unread where there are no classes.</param>
    public void Train(ReadOnlySpan<byte> pixels, int label)
    {
        _statistics.Add(pixels);
        if (Digest(pixels) is var digest && _copies.ContainsKey(digest))
        {
            _copies[digest] = true;
        }

        Write(CorpusStore.TrainName, pixels, CorpusStore.TrainLabelsName, label);
        _train++;
    }

    /// <summary>The first k of them should be a fair sample. All of them come before the training images.</summary>
    public void HeldOut(ReadOnlySpan<byte> pixels, int label)
    {
        _heldOutImages.Add(Digest(pixels));
        _copies[_heldOutImages[^1]] = false;
        Write(CorpusStore.HeldOutName, pixels, CorpusStore.HeldOutLabelsName, label);
        _heldOut++;
    }

    /// <summary>Counts an image of a world for mean and deviation; nothing is written.</summary>
    public void Measure(ReadOnlySpan<byte> pixels) => _statistics.Add(pixels);

    /// <summary>Brings all files to disk.</summary>
    /// <param name="origin"><see cref="CorpusInfo.Origin"/>.</param>
    /// <param name="skipped">Files that could not be read.</param>
    /// <param name="world">What draws the training images, if no file holds them.</param>
    /// <exception cref="InputException">A channel is of one value throughout.</exception>
    public CorpusInfo Finish(string origin, long skipped, ImageWorld? world = null)
    {
        var content = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"images\n{size}\n{channels}\n{frames}\n{classes}\n{world?.Name}\n{world?.Version}\n{world?.Seed}\n");
        foreach (var (name, file) in _files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            content.Append(CultureInfo.InvariantCulture, $"{name} {file.Finish()}\n");
        }

        var deviation = _statistics.Deviation();
        return deviation.Contains(0)
            ? throw new InputException($"{origin}: all training images have the same value in channel {Array.IndexOf(deviation, 0)}")
            : new CorpusInfo
            {
                Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString()))),
                Origin = origin,
                Vocabulary = "",
                VocabularySize = 0,
                TokenBytes = 0,
                TrainTokens = 0,
                HeldOutTokens = 0,
                BlockTokens = 0,
                NearDuplicateRate = world is null ? _heldOutImages.Count(i => _copies[i]) / (double)_heldOut : null,
                Images = new ImageInfo
                {
                    Size = size,
                    Channels = channels,
                    Frames = frames,
                    Train = world is null ? _train : null,
                    HeldOut = _heldOut,
                    Classes = classes,
                    Mean = _statistics.Mean(),
                    Deviation = deviation,
                    Skipped = skipped,
                    World = world,
                },
            };
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    private static UInt128 Digest(ReadOnlySpan<byte> pixels) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(pixels));

    private void Write(string pixelsName, ReadOnlySpan<byte> pixels, string labelsName, int label)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, frames * size * size * channels);
        File(pixelsName, 1).WriteRaw(pixels);
        if (classes > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(label);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, classes);
            File(labelsName, sizeof(int)).Write([label]);
        }
    }

    private TokenFile File(string name, int width)
    {
        if (!_files.TryGetValue(name, out var file))
        {
            _files[name] = file = new TokenFile(Path.Combine(folder, name), width);
        }

        return file;
    }
}
