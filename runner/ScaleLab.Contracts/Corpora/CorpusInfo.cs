namespace ScaleLab.Contracts.Corpora;

/// <summary><c>corpus.json</c> beside <c>train.bin</c> and <c>heldout.bin</c>: flat little-endian ids of <see cref="TokenBytes"/> bytes.</summary>
public sealed record CorpusInfo
{
    public int Format { get; set; } = 1;

    /// <summary>SHA-256 over vocabulary, both .bin files and block ends, in lower-case hexadecimal: the identity of the corpus.</summary>
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

    /// <summary>Held-out tokens per block, the unit of the standard error.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>Share of held-out lines of which at least 80 % of the word 5-grams also occur in the training part.</summary>
    public double? NearDuplicateRate { get; init; }

    /// <summary>Loss in nats per token, on this held-out set, of the process that made the corpus, where it is known.</summary>
    public double? EntropyFloor { get; init; }
}
