using System.Text.Json.Serialization;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Corpora;

/// <summary><c>corpus.json</c> beside <c>train.bin</c> and <c>heldout.bin</c>: flat little-endian ids of <see cref="TokenBytes"/> bytes, or pixels as <see cref="ImageInfo"/> says.</summary>
public sealed record CorpusInfo
{
    public int Format { get; set; } = 1;

    /// <summary>SHA-256 over what describes the content (vocabulary and block size; the form of the images, a world's generator) and all .bin files, in lower-case hexadecimal: the identity of the corpus.</summary>
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

    /// <summary>Share of held-out lines (of five words or more) of which at least 80 % of the word 5-grams also occur in the training part; of images, share of which the training part holds a copy, equal in every pixel. Null where there are none.</summary>
    public double? NearDuplicateRate { get; init; }

    /// <summary>Loss in nats per token, on this held-out set, of the process that made the corpus, where it is known.</summary>
    public double? EntropyFloor { get; init; }

    /// <summary>Set for a corpus of strings that stand alone: windows must be whole ones.</summary>
    public StringsInfo? Strings { get; init; }

    /// <summary>Set for a corpus of images; the counts of tokens are 0 then.</summary>
    public ImageInfo? Images { get; init; }

    /// <summary>What D counts.</summary>
    [JsonIgnore]
    public string Unit => Images switch { null => "tokens", { Frames: 1 } => "images", _ => "clips" };

    /// <summary>Units of D to train on; null for a world that never repeats.</summary>
    [JsonIgnore]
    public long? TrainUnits => Images is null ? TrainTokens : Images.Train;

    /// <summary>Units of D held out.</summary>
    [JsonIgnore]
    public long HeldOutUnits => Images?.HeldOut ?? HeldOutTokens;

    /// <summary>Units of D of one block, over which standard errors are taken: an image is a block.</summary>
    [JsonIgnore]
    public int UnitsPerBlock => Images is null ? BlockTokens : 1;

    [JsonIgnore]
    public long HeldOutBlocks => HeldOutUnits / UnitsPerBlock;

    /// <summary>For people: <c>8.77M tokens, vocabulary 256</c>.</summary>
    [JsonIgnore]
    public string Content => Images is { } images
        ? $"{(images.Train is { } train ? $"{Quantity.Format(train)} {Unit}" : $"endless {Unit}")} of {images.Form}{(images.Classes > 0 ? $" in {images.Classes} classes" : "")}"
        : $"{Quantity.Format(TrainTokens)} tokens, vocabulary {VocabularySize}";

    /// <summary>Names and sizes in bytes of all files beside <c>corpus.json</c>.</summary>
    [JsonIgnore]
    public IEnumerable<(string Name, long Bytes)> Files => Images?.Files ?? [(CorpusStore.TrainName, TrainTokens * TokenBytes), (CorpusStore.HeldOutName, HeldOutTokens * TokenBytes)];

    /// <summary>Units of D in one pass over the training part: all images; of text whole windows side by side, of which the last needs one token more, its target.</summary>
    /// <returns>Null for a world that never repeats.</returns>
    public long? UnitsPerEpoch(ModelShape shape) => Images is { } images
        ? images.Train
        : (TrainTokens - 1) / shape.UnitsPerSample * shape.UnitsPerSample;

    /// <returns>What cannot be right in it; null where nothing is.</returns>
    internal string? Problem() => this switch
    {
        { Format: not 1 } => $"format {Format} is unknown",
        { Images: { } images } => images.Problem(),
        { TokenBytes: not (1 or 2 or 4) } => $"{TokenBytes} bytes to a token",
        { VocabularySize: < 2 } => $"a vocabulary of {VocabularySize}",
        { BlockTokens: < 2 } => $"blocks of {BlockTokens} tokens",
        { TrainTokens: < 2 or > long.MaxValue / 4 } => $"{TrainTokens} training tokens",
        { Strings: { } strings } when strings.Problem(VocabularySize, BlockTokens) is { } problem => problem,
        _ when HeldOutTokens < BlockTokens || HeldOutTokens > long.MaxValue / 4 || HeldOutTokens % BlockTokens != 0 => $"{HeldOutTokens} held-out tokens in blocks of {BlockTokens}",
        _ => null,
    };
}
