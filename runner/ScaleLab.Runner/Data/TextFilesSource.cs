using System.Globalization;
using System.Text.Unicode;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>A file of text, or all files of text in a folder, one after the other.</summary>
internal sealed class TextFilesSource : TextSource
{
    // The whole text is in memory while it is encoded; .NET's arrays and strings end not far above.
    private const long MaximumBytes = 1_000_000_000;

    private static readonly string[] Extensions = [".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", ".html", ".htm", ".xml", ".json", ".jsonl", ".csv"];

    private readonly string _name;

    public TextFilesSource(string path, string? vocabulary)
        : base(vocabulary)
    {
        Files = InputFiles.Of(path, Extensions);
        _name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (Files.Sum(f => f.Length) is > MaximumBytes and var bytes)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: {bytes / 1e9:F1} GB of text, more than 1 GB; write it as token shards (source tokens)"));
        }
    }

    public override string Origin => $"text {_name}";

    public override IReadOnlyList<FileInfo> Files { get; }

    protected override byte[] ReadText(Action<string> progress)
    {
        progress(string.Create(CultureInfo.InvariantCulture, $"reading {Files.Count} files of {_name}, {Files.Sum(f => f.Length) / 1e6:F1} MB"));
        using var text = new MemoryStream();
        foreach (var file in Files)
        {
            var content = File.ReadAllBytes(file.FullName);
            Check(file.FullName, content);
            text.Write(content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsSpan(3) : content);

            // The next file begins a line of its own.
            if (content is not [.., (byte)'\n'])
            {
                text.WriteByte((byte)'\n');
            }
        }

        return text.ToArray();
    }

    private static void Check(string file, ReadOnlySpan<byte> content)
    {
        if (content.IndexOf((byte)0) is >= 0 and var zero)
        {
            throw new InputException($"{file}: a NUL at byte {zero}; text is UTF-8 without NUL (is this a binary file, or UTF-16?)");
        }

        if (!Utf8.IsValid(content))
        {
            throw new InputException($"{file}: not UTF-8 from byte {FirstInvalid(content)} on; convert it first");
        }
    }

    private static int FirstInvalid(ReadOnlySpan<byte> content)
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(content[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
