using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ScaleLab.Runner.Data;

/// <summary>Appends ids to a flat little-endian file and hashes what it writes.</summary>
internal sealed class TokenFile(string path, int width) : IDisposable
{
    private readonly FileStream _stream = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes of one id.</summary>
    public int Width => width;

    public long Tokens { get; private set; }

    /// <summary>1, 2 or 4 bytes: the narrowest that holds every id, so that the same tokens are the same file.</summary>
    public static int WidthFor(int vocabularySize) => vocabularySize <= 1 << 8 ? 1 : vocabularySize <= 1 << 16 ? 2 : 4;

    /// <summary>Ids as they lie on disk.</summary>
    public static byte[] Pack(ReadOnlySpan<int> ids, int width)
    {
        var raw = new byte[checked(ids.Length * width)];
        for (var i = 0; i < ids.Length; i++)
        {
            var slot = raw.AsSpan(i * width, width);
            switch (width)
            {
                case 1:
                    slot[0] = (byte)ids[i];
                    break;
                case 2:
                    BinaryPrimitives.WriteUInt16LittleEndian(slot, (ushort)ids[i]);
                    break;
                default:
                    BinaryPrimitives.WriteInt32LittleEndian(slot, ids[i]);
                    break;
            }
        }

        return raw;
    }

    /// <summary>The reverse of <see cref="Pack"/>. An id of 2³¹ or more comes back negative.</summary>
    public static int[] Unpack(ReadOnlySpan<byte> raw, int width)
    {
        var ids = new int[raw.Length / width];
        for (var i = 0; i < ids.Length; i++)
        {
            var slot = raw.Slice(i * width, width);
            ids[i] = width switch
            {
                1 => slot[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(slot),
                _ => BinaryPrimitives.ReadInt32LittleEndian(slot),
            };
        }

        return ids;
    }

    public void Write(ReadOnlySpan<int> ids) => WriteRaw(Pack(ids, width));

    public void WriteRaw(ReadOnlySpan<byte> raw)
    {
        _stream.Write(raw);
        _hash.AppendData(raw);
        Tokens += raw.Length / width;
    }

    /// <returns>SHA-256 of the file, now on disk.</returns>
    public string Finish()
    {
        _stream.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }
}
