using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>A corpus of text: read, encoded, split by blocks.</summary>
internal abstract class TextSource(string? vocabulary) : CorpusSource
{
    protected TextVocabulary Vocabulary { get; } = TextVocabulary.Named(vocabulary ?? TextVocabulary.Bytes);

    /// <returns>UTF-8 without NUL.</returns>
    protected abstract byte[] ReadText(Action<string> progress);

    public override CorpusInfo Write(string folder, Action<string> progress)
    {
        using var writer = new CorpusWriter(folder, Vocabulary.Name, Vocabulary.Size, Vocabulary.BlockTokens);
        var ids = Vocabulary.Encode(ReadText(progress)); // as they lie on disk
        var split = BlockSplit.Of(ids.Length, Vocabulary.BlockTokens * writer.Train.Width);
        var duplicates = new NearDuplicates();
        var heldOutBytes = 0L;
        foreach (var block in split.HeldOut)
        {
            var raw = split.Block(ids, block);
            writer.HeldOut.WriteRaw(raw);
            var text = Vocabulary.Decode(raw);
            heldOutBytes += text.Length;
            duplicates.AddHeldOut(text);
        }

        foreach (var range in split.TrainRanges(ids.Length))
        {
            var raw = ids.AsSpan(range);
            writer.Train.WriteRaw(raw);
            duplicates.AddTrain(Vocabulary.Decode(raw));
        }

        var rate = duplicates.Rate();
        progress($"{writer.Train.Tokens} tokens to train on, {writer.HeldOut.Tokens} held out in {split.HeldOut.Count} blocks, near duplicates {(rate is { } r ? $"{r:P1}" : "unknown")}");
        return writer.Finish(Origin) with { HeldOutBytes = heldOutBytes, NearDuplicateRate = rate };
    }
}
