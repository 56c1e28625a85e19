using ScaleLab.Contracts.Runs;

namespace ScaleLab.Contracts.Corpora;

/// <summary>Prepared corpora under <c>SCALELAB_DATA</c> (default <c>~/.cache/scalelab</c>), one folder per content hash.</summary>
public sealed class CorpusStore(string root)
{
    public const string InfoName = "corpus.json";
    public const string TrainName = "train.bin";
    public const string HeldOutName = "heldout.bin";
    public const string TrainLabelsName = "train-labels.bin";
    public const string HeldOutLabelsName = "heldout-labels.bin";

    private const int FolderNameLength = 16;

    public static CorpusStore Default { get; } = new(
        Environment.GetEnvironmentVariable("SCALELAB_DATA") is { Length: > 0 } path
            ? path
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "scalelab"));

    public string Root { get; } = Path.GetFullPath(root);

    private string Corpora => Path.Combine(Root, "corpora");

    /// <exception cref="InputException"><paramref name="hash"/> is not 64 (or the first 16 or more of them) lower-case hexadecimal digits.</exception>
    public string Folder(string hash) => hash.Length is >= FolderNameLength and <= 64 && hash.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(Corpora, hash[..FolderNameLength])
        : throw new InputException($"'{hash}' is no corpus hash");

    public string TrainFile(string hash) => Path.Combine(Folder(hash), TrainName);

    public string HeldOutFile(string hash) => Path.Combine(Folder(hash), HeldOutName);

    /// <returns>Null where the corpus was never prepared here.</returns>
    /// <exception cref="InputException">It is there, and damaged.</exception>
    public CorpusInfo? Find(string hash)
    {
        var folder = Folder(hash);
        var info = RunFolder.Read(Path.Combine(folder, InfoName), ContractJson.Default.CorpusInfo);
        if (info is not null && (info.Problem() ?? Problem(folder, info, hash)) is { } problem)
        {
            throw new InputException($"{folder}: damaged corpus: {problem}; delete this folder and prepare the corpus again");
        }

        return info;
    }

    /// <exception cref="InputException">It is not there, or damaged.</exception>
    public CorpusInfo Get(string hash) =>
        Find(hash) ?? throw new InputException($"{Root} holds no corpus {hash}; prepare it, or set SCALELAB_DATA to a folder that has it");

    /// <summary>What is there by its own account; only <see cref="Find"/> compares it with the files.</summary>
    public IEnumerable<CorpusInfo> All() => !Directory.Exists(Corpora)
        ? []
        : Directory.EnumerateDirectories(Corpora)
            .Order(StringComparer.Ordinal)
            .Select(f => RunFolder.Read(Path.Combine(f, InfoName), ContractJson.Default.CorpusInfo))
            .OfType<CorpusInfo>();

    private static string? Problem(string folder, CorpusInfo info, string hash)
    {
        if (!info.Hash.StartsWith(hash, StringComparison.Ordinal))
        {
            return $"{InfoName} names another hash";
        }

        foreach (var (name, bytes) in info.Files)
        {
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists || file.Length != bytes)
            {
                return file.Exists ? $"{name} has {file.Length} bytes where {InfoName} says {bytes}" : $"{name} is missing";
            }
        }

        return null;
    }
}
