using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Corpora;

/// <summary>Where the samples come from. Each source takes the keys that name it, or no source.</summary>
public sealed record DataSpec
{
    private const int MaximumVocabulary = 10_000_000;
    private const int MaximumStates = 1024;
    private const long MinimumTokens = 1_000;
    private const long MaximumTokens = 1_000_000_000;

    /// <summary>
    /// <c>dotnet-docs</c>: the English API documentation beside every .NET SDK. <c>text</c>: a file or folder of text. <c>tokens</c>: token shards as nanoGPT and llm.c write them.
    /// <c>markov</c>: a first-order Markov chain, whose entropy rate is known.
    /// </summary>
    public required DataSource Source { get; init; }

    /// <summary><c>text</c>: a file or folder. <c>tokens</c>: a .bin shard or a folder of them.</summary>
    public string? Path { get; init; }

    /// <summary><c>tokens</c>: the shard (or folder) of the held-out set; else the end of the training tokens is held out.</summary>
    public string? HeldOut { get; init; }

    /// <summary><c>bytes</c>, or a tiktoken vocabulary such as <c>o200k_base</c>; for <c>tokens</c> the number of ids, such as <c>50257</c>.</summary>
    public string? Vocabulary { get; init; }

    /// <summary><c>tokens</c>: bytes of one id, 2 or 4. A header of llm.c says so itself.</summary>
    [AllowedValues(2, 4)]
    public int? TokenBytes { get; init; }

    /// <summary><c>markov</c>: number of states.</summary>
    [Range(2, MaximumStates)]
    public int? States { get; init; }

    /// <summary><c>markov</c>: tokens of the training part.</summary>
    [Range(MinimumTokens, MaximumTokens)]
    public long? Tokens { get; init; }

    /// <summary><c>markov</c>: seed of chain and samples.</summary>
    [Range(0, int.MaxValue)]
    public int? Seed { get; init; }

    /// <summary><c>tokens</c>: <see cref="Vocabulary"/> as a number; null where it is none.</summary>
    [JsonIgnore]
    public int? VocabularySize => int.TryParse(Vocabulary, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <exception cref="InputException">An option is missing, out of range, or belongs to another source.</exception>
    public void Validate()
    {
        (string Key, bool Given, DataSource[] Sources)[] options =
        [
            ("path", Path is not null, [DataSource.Text, DataSource.Tokens]),
            ("held_out", HeldOut is not null, [DataSource.Tokens]),
            ("vocabulary", Vocabulary is not null, [DataSource.DotnetDocs, DataSource.Text, DataSource.Tokens]),
            ("token_bytes", TokenBytes is not null, [DataSource.Tokens]),
            ("states", States is not null, [DataSource.Markov]),
            ("tokens", Tokens is not null, [DataSource.Markov]),
            ("seed", Seed is not null, [DataSource.Markov]),
        ];
        if (!Enum.IsDefined(Source))
        {
            throw new InputException("data: unknown source");
        }

        if (Array.Find(options, o => o.Given && !o.Sources.Contains(Source)) is { Key: { } key, Sources: { } owners })
        {
            throw new InputException($"data: '{key}' belongs to source {string.Join(", ", owners.Select(Name))}, not to {Name(Source)}");
        }

        var problem = this switch
        {
            { Source: DataSource.Text or DataSource.Tokens, Path: null or "" } => $"source {Name(Source)} needs 'path'",
            { Path: { } path } when path.Contains('\0', StringComparison.Ordinal) => "'path' contains a NUL character",
            { HeldOut: { } path } when path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) => "'held_out' is not a path",
            { Source: DataSource.Tokens } when VocabularySize is not (>= 2 and <= MaximumVocabulary) => $"source tokens needs 'vocabulary', the number of ids: 2 to {MaximumVocabulary}",
            { TokenBytes: not (null or 2 or 4) } => $"'token_bytes' is 2 or 4, not {TokenBytes}",
            { States: < 2 or > MaximumStates } => $"'states' is 2 to {MaximumStates}, not {States}",
            { Tokens: < MinimumTokens or > MaximumTokens } => $"'tokens' is {MinimumTokens} to {MaximumTokens}, not {Tokens}",
            _ => null,
        };
        if (problem is not null)
        {
            throw new InputException($"data: {problem}");
        }
    }

    private static string Name(DataSource source) => source == DataSource.DotnetDocs ? "dotnet-docs" : source.ToString().ToLowerInvariant();
}

[JsonConverter(typeof(JsonStringEnumConverter<DataSource>))]
public enum DataSource
{
    /// <summary>The English API documentation beside every .NET SDK.</summary>
    [JsonStringEnumMemberName("dotnet-docs")]
    DotnetDocs,

    [JsonStringEnumMemberName("text")]
    Text,

    [JsonStringEnumMemberName("tokens")]
    Tokens,

    /// <summary>A first-order Markov chain, whose entropy rate is known.</summary>
    [JsonStringEnumMemberName("markov")]
    Markov,
}
