using static System.Buffers.Binary.BinaryPrimitives;

namespace ScaleLab.Runner.Native;

/// <summary>The symbol-version requirements (<c>.gnu.version_r</c>) of a 64-bit little-endian ELF image.</summary>
internal static class ElfVersions
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const byte FlagWeak = 2;

    /// <summary>Marks the requirement of <paramref name="version"/> weak, so that a library without it still satisfies the loader.</summary>
    /// <returns>False where the image demands no such version.</returns>
    public static bool TryWeaken(Span<byte> image, ReadOnlySpan<byte> version)
    {
        var sections = (int)ReadUInt64LittleEndian(image[0x28..]);
        int sectionSize = ReadUInt16LittleEndian(image[0x3A..]);
        int sectionCount = ReadUInt16LittleEndian(image[0x3C..]);

        for (var i = 0; i < sectionCount; i++)
        {
            var section = image[(sections + (i * sectionSize))..];
            if (ReadUInt32LittleEndian(section[0x04..]) == SectionTypeVersionNeeds)
            {
                var names = image[(sections + (ReadInt32LittleEndian(section[0x28..]) * sectionSize))..];
                return TryWeaken(
                    image,
                    needs: (int)ReadUInt64LittleEndian(section[0x18..]),
                    count: ReadInt32LittleEndian(section[0x2C..]),
                    strings: image[(int)ReadUInt64LittleEndian(names[0x18..])..],
                    version);
            }
        }

        return false;
    }

    private static bool TryWeaken(Span<byte> image, int needs, int count, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> version)
    {
        for (; count > 0; count--, needs += ReadInt32LittleEndian(image[(needs + 12)..]))
        {
            var entry = needs + ReadInt32LittleEndian(image[(needs + 8)..]);
            for (int left = ReadUInt16LittleEndian(image[(needs + 2)..]); left > 0; left--)
            {
                var name = strings[ReadInt32LittleEndian(image[(entry + 8)..])..];
                if (name[..name.IndexOf((byte)0)].SequenceEqual(version))
                {
                    image[entry + 4] |= FlagWeak;
                    return true;
                }

                entry += ReadInt32LittleEndian(image[(entry + 12)..]);
            }
        }

        return false;
    }
}
