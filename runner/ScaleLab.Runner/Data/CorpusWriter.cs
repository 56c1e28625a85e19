using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ScaleLab.Contracts.Corpora;

namespace ScaleLab.Runner.Data;

/// <summary>Writes the two .bin files of a corpus and takes its content hash on the way.</summary>
internal sealed class CorpusWriter(string folder, string vocabulary, int vocabularySize, int blockTokens) : IDisposable
{
    public TokenFile Train { get; } = new(Path.Combine(folder, CorpusStore.TrainName), TokenFile.WidthFor(vocabularySize));

    public TokenFile HeldOut { get; } = new(Path.Combine(folder, CorpusStore.HeldOutName), TokenFile.WidthFor(vocabularySize));

    /// <summary>Brings both files to disk.</summary>
    public CorpusInfo Finish(string origin)
    {
        var (train, heldOut) = (Train.Finish(), HeldOut.Finish());
        var content = string.Create(CultureInfo.InvariantCulture, $"{vocabulary}\n{vocabularySize}\n{Train.Width}\n{blockTokens}\n{train}\n{heldOut}\n");
        return new CorpusInfo
        {
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))),
            Origin = origin,
            Vocabulary = vocabulary,
            VocabularySize = vocabularySize,
            TokenBytes = Train.Width,
            TrainTokens = Train.Tokens,
            HeldOutTokens = HeldOut.Tokens,
            BlockTokens = blockTokens,
        };
    }

    public void Dispose()
    {
        Train.Dispose();
        HeldOut.Dispose();
    }
}
