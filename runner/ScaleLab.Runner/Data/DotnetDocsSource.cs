using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>
/// The English API documentation that lies beside every .NET SDK (<c>packs/*.Ref/VERSION/ref/net10.0/*.xml</c>), of the highest version there:
/// about 9 MB of text, without a download.
/// </summary>
internal sealed class DotnetDocsSource : TextSource
{
    public const string Name = "dotnet-docs";

    private const int ShortestLine = 20; // below that: fragments of tables, single names

    private readonly string _version;

    /// <param name="packs">The <c>packs</c> folder of a .NET installation.</param>
    /// <param name="vocabulary">Bytes unless named.</param>
    /// <exception cref="InputException">There is no documentation.</exception>
    public DotnetDocsSource(string packs, string? vocabulary)
        : base(vocabulary)
    {
        var found = !Directory.Exists(packs)
            ? []
            : Directory.EnumerateDirectories(packs, "*.Ref")
                .SelectMany(Directory.EnumerateDirectories)
                .Select(folder => (Version: Version.TryParse(Path.GetFileName(folder), out var v) ? v : null, Folder: Path.Combine(folder, "ref", "net10.0")))
                .Where(pack => pack.Version is not null && Directory.Exists(pack.Folder))
                .ToList();
        var highest = found.Max(pack => pack.Version)
            ?? throw new InputException($"no API documentation of .NET 10 in {packs}: it comes with the .NET SDK, not with the runtime; on a machine without an SDK set SCALELAB_DATA to an exported corpus");
        _version = highest.ToString();

        // ASP.NET's pack repeats the files of the core pack.
        Files = [.. found
            .Where(pack => pack.Version == highest)
            .SelectMany(pack => Directory.EnumerateFiles(pack.Folder, "*.xml"))
            .GroupBy(Path.GetFileName)
            .OrderBy(files => files.Key, StringComparer.Ordinal)
            .Select(files => new FileInfo(files.Min(StringComparer.Ordinal)!))];
    }

    public override string Origin => $"{Name} {_version}";

    public override IReadOnlyList<FileInfo> Files { get; }

    /// <summary>…/dotnet/shared/Microsoft.NETCore.App/10.0.x/ → …/dotnet/packs</summary>
    public static string PacksOfThisRuntime() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs"));

    protected override byte[] ReadText(Action<string> progress)
    {
        progress(string.Create(CultureInfo.InvariantCulture, $"reading {Files.Count} files of {Origin}, {Files.Sum(f => f.Length) / 1e6:F0} MB"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var line in Files.AsParallel().AsOrdered().SelectMany(f => XmlDocumentation.Lines(f.FullName)))
        {
            if (line.Length >= ShortestLine && seen.Add(line))
            {
                text.Append(line).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
