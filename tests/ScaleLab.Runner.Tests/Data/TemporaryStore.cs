using ScaleLab.Contracts.Corpora;
using ScaleLab.Runner.Data;

namespace ScaleLab.Runner.Tests.Data;

/// <summary>A corpus store, and a folder for sources, that vanish with the test.</summary>
public sealed class TemporaryStore : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scalelab-test-");

    public string Root => _folder.FullName;

    public CorpusStore Store => new(Path.Combine(Root, "store"));

    internal List<string> Progress { get; } = [];

    public CorpusInfo Prepare(DataSpec spec, string? packs = null) => new CorpusPreparer(Store, Progress.Add, packs ?? DotnetDocsSource.PacksOfThisRuntime()).Prepare(spec);

    public string File(string name, byte[] content)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
