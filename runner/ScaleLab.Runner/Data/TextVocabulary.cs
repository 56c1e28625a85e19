using System.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Runner.Data;

/// <summary>Turns UTF-8 into ids as they lie on disk, and back.</summary>
internal abstract class TextVocabulary
{
    public const string Bytes = "bytes";

    public abstract string Name { get; }

    public abstract int Size { get; }

    /// <summary>Tokens of a block of the split: about 4 KiB of text.</summary>
    public abstract int BlockTokens { get; }

    public abstract byte[] Encode(byte[] text);

    /// <returns>UTF-8. Where the ids begin or end within a character, its part may be a replacement character.</returns>
    public abstract ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> raw);

    /// <returns>The id of a word that is one token; null where it is none or several.</returns>
    public abstract long? Token(string word);

    /// <exception cref="InputException">There is no such vocabulary.</exception>
    public static TextVocabulary Named(string name) => name switch
    {
        Bytes => new ByteVocabulary(),
        TiktokenVocabulary.O200k => new TiktokenVocabulary(name),
        _ => throw new InputException($"unknown vocabulary '{name}'; there are '{Bytes}' and '{TiktokenVocabulary.O200k}'{Suggestion.For(name, [Bytes, TiktokenVocabulary.O200k])}"),
    };

    private sealed class ByteVocabulary : TextVocabulary
    {
        public override string Name => Bytes;

        public override int Size => 256;

        public override int BlockTokens => 4096;

        public override byte[] Encode(byte[] text) => text;

        public override ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> raw) => raw;

        public override long? Token(string word) => Encoding.UTF8.GetBytes(word) is [var one] ? one : null;
    }
}
