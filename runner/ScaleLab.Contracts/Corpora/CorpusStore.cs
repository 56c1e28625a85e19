using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Corpora;

/// <summary>Prepared corpora under <c>SCALELAB_DATA</c> (default <c>~/.cache/scalelab</c>), one folder per content hash.</summary>
public sealed class CorpusStore(string root)
{
    public static CorpusStore Default { get; } = new(
        Environment.GetEnvironmentVariable("SCALELAB_DATA") is { Length: > 0 } path
            ? path
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "scalelab"));

    public string Root { get; } = Path.GetFullPath(root);

    public string Folder(string hash) => Path.Combine(Root, "corpora", hash[..Math.Min(16, hash.Length)]);

    /// <returns>Null where the corpus was never prepared here.</returns>
    public CorpusInfo? Find(string hash) => RunFolder.Read(Path.Combine(Folder(hash), "corpus.json"), ContractJson.Default.CorpusInfo);

    public IEnumerable<CorpusInfo> All() => !Directory.Exists(Path.Combine(Root, "corpora"))
        ? []
        : Directory.EnumerateDirectories(Path.Combine(Root, "corpora"))
            .Order(StringComparer.Ordinal)
            .Select(f => RunFolder.Read(Path.Combine(f, "corpus.json"), ContractJson.Default.CorpusInfo))
            .OfType<CorpusInfo>();
}
