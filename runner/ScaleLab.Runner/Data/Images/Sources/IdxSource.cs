using System.Buffers.Binary;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>IDX files of bytes, as MNIST has them (LeCun, Cortes and Burges 1998): a file of images (N, H, W) or (N, H, W, C), and beside it one of labels (N), named alike.</summary>
internal sealed class IdxSource : ImageFilesSource
{
    private static readonly string[] Extensions = ["", ".idx", ".idx1-ubyte", ".idx3-ubyte", ".idx4-ubyte", ".gz"];

    private readonly IReadOnlyList<FileInfo> _train;
    private readonly IReadOnlyList<FileInfo> _heldOut;

    public IdxSource(string path, string? heldOut, int? heldOutImages)
        : base("idx", path, heldOutImages)
    {
        var there = Images(path);
        _heldOut = heldOut is not null ? Images(heldOut) : there.Count > 1 ? [.. there.Where(f => IsSetApart(f.Name))] : [];
        _train = [.. there.ExceptBy(_heldOut.Select(f => f.FullName), f => f.FullName)];
        if (_train.Count == 0)
        {
            throw new InputException($"{path}: nothing to train on beside the held-out files");
        }

        Files = [.. from image in _train.Concat(_heldOut) from file in (FileInfo?[])[image, LabelsOf(image)] where file is not null select file];
    }

    public override IReadOnlyList<FileInfo> Files { get; }

    protected override ImageListing List()
    {
        var (train, heldOut) = (_train.Select(Read).ToList(), _heldOut.Select(Read).ToList());
        var parts = train.Concat(heldOut).ToList();
        if (parts.Find(p => p.Size != parts[0].Size || p.Channels != parts[0].Channels || (p.Labels is null) != (parts[0].Labels is null)) is { } other)
        {
            throw new InputException($"{other.File.FullName}: {Form(other)}, where {parts[0].File.FullName} has {Form(parts[0])}");
        }

        var classes = parts[0].Labels is null ? 0 : 1 + parts.Max(p => p.Labels!.Max());
        return new ImageListing(parts[0].Size, parts[0].Channels, Frames: 1, classes, [.. train.SelectMany(Samples)], [.. heldOut.SelectMany(Samples)]);
    }

    private static List<FileInfo> Images(string path)
    {
        var images = InputFiles.Of(path, Extensions).Where(f => Dimensions(f) != 1).ToList();
        return images.Count > 0 ? images : throw new InputException($"{path}: no IDX file of images here, only of labels");
    }

    // Two bytes of 0, the type (8: unsigned bytes), the number of dimensions.
    private static int Dimensions(FileInfo file)
    {
        Span<byte> head = stackalloc byte[4];
        using var stream = file.OpenRead();
        return stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head is [0, 0, 8, 1 or 3 or 4]
            ? head[3]
            : throw new InputException(head is [0x1F, 0x8B, ..] ? $"{file.FullName}: compressed; unpack it with gunzip" : $"{file.FullName}: no IDX file of bytes in 1, 3 or 4 dimensions");
    }

    private static FileInfo? LabelsOf(FileInfo images)
    {
        var name = images.Name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal).Replace("idx4", "idx1", StringComparison.Ordinal);
        var file = new FileInfo(Path.Combine(images.DirectoryName!, name));
        return file.Exists && name != images.Name ? file : null;
    }

    private static Part Read(FileInfo file)
    {
        var (sizes, content) = Content(file);
        if (sizes[1] != sizes[2])
        {
            throw new InputException($"{file.FullName}: images of {sizes[1]} × {sizes[2]} pixels; height and width must be equal");
        }

        var channels = sizes.Length == 4 ? sizes[3] : 1;
        if (channels is not (1 or 3) || sizes[1] == 0)
        {
            throw new InputException($"{file.FullName}: images of {string.Join(" × ", sizes[1..])}; there must be 1 or 3 channels");
        }

        if (sizes[0] == 0)
        {
            throw new InputException($"{file.FullName}: holds no image");
        }

        if (LabelsOf(file) is not { } labelFile)
        {
            return new Part(file, sizes[1], channels, content, null);
        }

        var (counts, labels) = Content(labelFile);
        return counts is [var count] && count == sizes[0]
            ? new Part(file, sizes[1], channels, content, labels.ToArray())
            : throw new InputException($"{labelFile.FullName}: {counts[0]} labels for {sizes[0]} images");
    }

    private static (int[] Sizes, ReadOnlyMemory<byte> Values) Content(FileInfo file)
    {
        var all = InputFiles.ReadAll(file);
        var sizes = new int[Dimensions(file)];
        var head = sizes.Length + 1;
        if (all.Length < 4 * head)
        {
            throw new InputException($"{file.FullName}: ends within its header");
        }

        var product = 1L;
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(all.AsSpan(4 * (i + 1)));
            product = sizes[i] is >= 0 and < 1 << 24 && product < 1L << 32 ? product * sizes[i] : -1;
        }

        return product == all.Length - (4 * head)
            ? (sizes, all.AsMemory(4 * head))
            : throw new InputException($"{file.FullName}: {all.Length - (4 * head)} bytes after a header that says {string.Join(" × ", sizes)}");
    }

    private static IEnumerable<ImageSample> Samples(Part part)
    {
        var bytes = part.Size * part.Size * part.Channels;
        for (var (start, number) = (0, 0); start < part.Pixels.Length; start += bytes, number++)
        {
            var image = part.Pixels.Slice(start, bytes);
            yield return new ImageSample($"{part.File.FullName}: image {number}", part.Labels?[number] ?? -1, pixels => image.Span.CopyTo(pixels));
        }
    }

    private static string Form(Part part) => FormattableString.Invariant($"images of {part.Size} × {part.Size} × {part.Channels} {(part.Labels is null ? "without" : "with")} labels");

    private sealed record Part(FileInfo File, int Size, int Channels, ReadOnlyMemory<byte> Pixels, byte[]? Labels);
}
