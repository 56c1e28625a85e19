using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace ScaleLab.Runner.Data;

/// <summary>A vocabulary of tiktoken, from a data package that needs no download.</summary>
internal sealed class TiktokenVocabulary(string name) : TextVocabulary
{
    public const string O200k = "o200k_base";

    // Loading takes half a second: not for a call that finds its corpus prepared.
    private readonly Lazy<TiktokenTokenizer> _tokenizer = new(() => TiktokenTokenizer.CreateForEncoding(name));

    public override string Name => name;

    /// <summary>The special tokens have the highest ids, after a gap.</summary>
    public override int Size => field > 0 ? field : field = 1 + _tokenizer.Value.SpecialTokens!.Values.Max();

    public override int BlockTokens => 1024;

    private int Width => TokenFile.WidthFor(Size);

    // All at once: a piece cut elsewhere than tiktoken cuts would be encoded differently.
    public override byte[] Encode(byte[] text) =>
        TokenFile.Pack(CollectionsMarshal.AsSpan(_tokenizer.Value.EncodeToIds(Encoding.UTF8.GetString(text)).ToList()), Width);

    public override ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> raw) =>
        Encoding.UTF8.GetBytes(_tokenizer.Value.Decode(TokenFile.Unpack(raw, Width)));

    public override long? Token(string word) => _tokenizer.Value.EncodeToIds(word) is [var one] ? one : null;
}
