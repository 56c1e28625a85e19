using ScaleLab.Contracts;

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

    public abstract ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> ids);

    /// <exception cref="InputException">There is no such vocabulary.</exception>
    public static TextVocabulary Named(string name) => name switch
    {
        Bytes => new ByteVocabulary(),
        _ => throw new InputException($"unknown vocabulary '{name}'; known are {Bytes}"),
    };

    private sealed class ByteVocabulary : TextVocabulary
    {
        public override string Name => Bytes;

        public override int Size => 256;

        public override int BlockTokens => 4096;

        public override byte[] Encode(byte[] text) => text;

        public override ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> ids) => ids;
    }
}
