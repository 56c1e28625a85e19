using System.Buffers.Binary;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>
/// A file of ids as the field writes them: bare little-endian ids of 2 or 4 bytes (nanoGPT), or the same behind 256 int32 of which the first three are
/// magic, version and count: 20240520, 1 with ids of 2 bytes (llm.c's gpt-2, modded-nanogpt), 20240801, 7 with ids of 4 bytes (llm.c's llama-3).
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Byte of the first id.</param>
/// <param name="Count">Ids.</param>
/// <param name="Width">Bytes of an id.</param>
internal sealed record TokenShard(string Path, long Start, long Count, int Width)
{
    private const int HeaderBytes = 256 * sizeof(int);
    private const int Gpt2Magic = 20240520;
    private const int Llama3Magic = 20240801;

    /// <param name="file">Nothing in it is trusted.</param>
    /// <param name="tokenBytes">Bytes of an id as the user said; needed where there is no header.</param>
    /// <exception cref="InputException">Header, size and <paramref name="tokenBytes"/> do not agree.</exception>
    public static TokenShard Open(FileInfo file, int? tokenBytes)
    {
        var header = new byte[12];
        using (var stream = file.OpenRead())
        {
            stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        }

        var magic = BinaryPrimitives.ReadInt32LittleEndian(header);
        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
        var count = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        return (magic, version) switch
        {
            (Gpt2Magic, 1) => Headed(file, count, 2, tokenBytes),
            (Llama3Magic, 7) => Headed(file, count, 4, tokenBytes),
            (Gpt2Magic or Llama3Magic, _) => throw new InputException($"{file.FullName}:0: version {version} of llm.c's header is unknown"),
            _ => Bare(file, magic, tokenBytes),
        };
    }

    private static TokenShard Headed(FileInfo file, int count, int width, int? tokenBytes)
    {
        if (tokenBytes is { } said && said != width)
        {
            throw new InputException($"{file.FullName}:0: its header means ids of {width} bytes, but 'token_bytes' is {said}");
        }

        var expected = HeaderBytes + ((long)count * width);
        return count > 0 && file.Length == expected
            ? new TokenShard(file.FullName, HeaderBytes, count, width)
            : throw new InputException($"{file.FullName}:8: the header counts {count} ids, that is {expected} bytes, but the file has {file.Length}{(count > 0 && file.Length < expected ? " (truncated?)" : "")}");
    }

    private static TokenShard Bare(FileInfo file, int magic, int? tokenBytes)
    {
        if (tokenBytes is not { } width)
        {
            throw new InputException($"{file.FullName}:0: no header of llm.c (it begins with {magic}); say 'token_bytes: 2' or 4 if these are bare ids");
        }

        return file.Length % width == 0
            ? new TokenShard(file.FullName, 0, file.Length / width, width)
            : throw new InputException($"{file.FullName}: {file.Length} bytes are no whole number of ids of {width} bytes");
    }

    /// <summary>Reads ids from number <paramref name="first"/> on, in pieces.</summary>
    /// <exception cref="InputException">An id is not below <paramref name="vocabularySize"/>, or the file shrank.</exception>
    public IEnumerable<int[]> Read(long first, long count, int vocabularySize)
    {
        var piece = (int)Math.Min(count, 1 << 18);
        using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        stream.Position = Start + (first * Width);
        var raw = new byte[piece * Width];
        for (var done = 0L; done < count;)
        {
            var bytes = (int)Math.Min(piece, count - done) * Width;
            if (stream.ReadAtLeast(raw.AsSpan(0, bytes), bytes, throwOnEndOfStream: false) < bytes)
            {
                throw new InputException($"{Path}: it became shorter while it was read");
            }

            var ids = TokenFile.Unpack(raw.AsSpan(0, bytes), Width);
            if (ids.AsSpan().IndexOfAnyExceptInRange(0, vocabularySize - 1) is >= 0 and var bad)
            {
                throw new InputException($"{Path}:{Start + ((first + done + bad) * Width)}: id {(uint)ids[bad]} is not below the vocabulary of {vocabularySize}");
            }

            yield return ids;
            done += ids.Length;
        }
    }
}
