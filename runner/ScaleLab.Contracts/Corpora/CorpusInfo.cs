namespace ScaleLab.Contracts.Corpora;

/// <summary><c>corpus.json</c> beside <c>train.bin</c> and <c>heldout.bin</c>: flat little-endian ids of <see cref="TokenBytes"/> bytes.</summary>
public sealed record CorpusInfo
{
    public int Format { get; set; } = 1;

    /// <summary>SHA-256 over vocabulary, block size and both .bin files, in lower-case hexadecimal: the identity of the corpus.</summary>
    public required string Hash { get; init; }

    /// <summary>What it was made from, in words: <c>dotnet-docs 10.0.9</c>.</summary>
    public required string Origin { get; init; }

    /// <summary><c>bytes</c> or the name of a tiktoken vocabulary; empty where only ids are known.</summary>
    public required string Vocabulary { get; init; }

    /// <summary>Ids are 0 … VocabularySize − 1.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>1, 2 or 4.</summary>
    public required int TokenBytes { get; init; }

    public required long TrainTokens { get; init; }

    public required long HeldOutTokens { get; init; }

    /// <summary>Bytes of text behind the held-out tokens, for bits per byte; null where unknown.</summary>
    public long? HeldOutBytes { get; init; }

    /// <summary>Held-out tokens per block, the unit of the standard error. Blocks are whole, and lie in random order.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>Share of held-out lines (of five words or more) of which at least 80 % of the word 5-grams also occur in the training part; null where there are none.</summary>
    public double? NearDuplicateRate { get; init; }

    /// <summary>Loss in nats per token, on this held-out set, of the process that made the corpus, where it is known.</summary>
    public double? EntropyFloor { get; init; }

    /// <summary>Set for a corpus of images; the counts of tokens are 0 then.</summary>
    public ImageInfo? Images { get; init; }

    /// <returns>What cannot be right in it; null where nothing is.</returns>
    internal string? Problem() => this switch
    {
        { Format: not 1 } => $"format {Format} is unknown",
        { TokenBytes: not (1 or 2 or 4) } => $"{TokenBytes} bytes to a token",
        { VocabularySize: < 2 } => $"a vocabulary of {VocabularySize}",
        { BlockTokens: < 2 } => $"blocks of {BlockTokens} tokens",
        { TrainTokens: < 2 or > long.MaxValue / 4 } => $"{TrainTokens} training tokens",
        _ when HeldOutTokens < BlockTokens || HeldOutTokens > long.MaxValue / 4 || HeldOutTokens % BlockTokens != 0 => $"{HeldOutTokens} held-out tokens in blocks of {BlockTokens}",
        _ => null,
    };
}
