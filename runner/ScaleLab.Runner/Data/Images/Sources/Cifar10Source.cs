using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data.Images.Sources;

/// <summary>Records of the CIFAR-10 binary version: a label, then a red, a green and a blue plane, rows from the top.</summary>
internal sealed class Cifar10Source : ImageFilesSource
{
    private const int Labels = 10;
    private const int Channels = 3;

    private readonly IReadOnlyList<FileInfo> _train;
    private readonly IReadOnlyList<FileInfo> _heldOut;
    private readonly int _size;

    public Cifar10Source(string path, string? heldOut, int? size, int? heldOutImages)
        : base("cifar10", path, heldOutImages)
    {
        var there = InputFiles.Of(path, [".bin"]);
        _heldOut = heldOut is not null ? InputFiles.Of(heldOut, [".bin"]) : there.Count > 1 ? [.. there.Where(f => IsSetApart(f.Name))] : [];
        _train = [.. there.ExceptBy(_heldOut.Select(f => f.FullName), f => f.FullName)];
        if (_train.Count == 0)
        {
            throw new InputException($"{path}: nothing to train on beside the held-out files");
        }

        _size = size ?? SizeOf(Files);
    }

    public override IReadOnlyList<FileInfo> Files => [.. _train, .. _heldOut];

    protected override ImageListing List() => new(_size, Channels, Frames: 1, Labels, [.. _train.SelectMany(Records)], [.. _heldOut.SelectMany(Records)]);

    // The published files have 32 pixels; halved ones are common where a CPU trains.
    private static int SizeOf(IReadOnlyList<FileInfo> files) =>
        files.All(f => f.Length % RecordBytes(32) == 0) ? 32
        : files.All(f => f.Length % RecordBytes(16) == 0) ? 16
        : throw new InputException($"{files.First(f => f.Length % RecordBytes(32) != 0).FullName}: no whole number of CIFAR-10 records, which have {RecordBytes(32)} bytes at 32 × 32 pixels and {RecordBytes(16)} at 16 × 16; name another size by 'size'");

    private static int RecordBytes(int size) => 1 + (Channels * size * size);

    private IEnumerable<ImageSample> Records(FileInfo file)
    {
        var record = RecordBytes(_size);
        if (file.Length % record != 0)
        {
            throw new InputException($"{file.FullName}: {file.Length} bytes are no whole number of records of {record} bytes, 1 label and {Channels} × {_size} × {_size} pixels");
        }

        var content = InputFiles.ReadAll(file);
        for (var (start, number) = (0, 0); start < content.Length; start += record, number++)
        {
            if (content[start] >= Labels)
            {
                throw new InputException($"{file.FullName}: record {number} has label {content[start]}, not 0 to {Labels - 1}: damaged, or of another size than {_size} × {_size}");
            }

            var planes = start + 1;
            yield return new ImageSample($"{file.FullName}: record {number}", content[start], pixels => Interleave(content.AsSpan(planes, record - 1), pixels));
        }
    }

    // (C, H, W) → (H, W, C)
    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        var plane = planes.Length / Channels;
        for (var i = 0; i < plane; i++)
        {
            for (var c = 0; c < Channels; c++)
            {
                pixels[(i * Channels) + c] = planes[(c * plane) + i];
            }
        }
    }
}
