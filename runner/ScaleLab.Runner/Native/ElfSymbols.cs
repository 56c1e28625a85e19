using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ScaleLab.Runner.Native;

/// <summary>What a shared object wants of others: the undefined symbols of a 64-bit little-endian ELF image, weak ones left out.</summary>
internal static class ElfSymbols
{
    private const uint SectionTypeRelocations = 4;
    private const uint SectionTypeDynamicSymbols = 11;
    private const int SymbolSize = 24;
    private const int RelocationSize = 24;

    // R_X86_64_JUMP_SLOT: bound when the function is first called. Any other relocation is bound when the object is loaded.
    private const uint JumpSlot = 7;
    private const int BindingGlobal = 1;

    public static IReadOnlyList<WantedSymbol> Wanted(ReadOnlySpan<byte> image)
    {
        var wanted = new Dictionary<string, bool>();
        foreach (var relocations in Sections(image, SectionTypeRelocations))
        {
            // sh_link of a table of relocations is its table of symbols; of that one, its names.
            var symbols = Section(image, relocations.Link);
            if (symbols.Type != SectionTypeDynamicSymbols)
            {
                continue;
            }

            var names = Section(image, symbols.Link).Offset;
            for (var i = relocations.Offset; i < relocations.Offset + relocations.Size; i += RelocationSize)
            {
                var info = ReadUInt64LittleEndian(image[(i + 8)..]);
                var symbol = image[(symbols.Offset + ((int)(info >> 32) * SymbolSize))..];
                if (ReadUInt16LittleEndian(symbol[6..]) == 0 && symbol[4] >> 4 == BindingGlobal)
                {
                    var name = Text(image[(names + ReadInt32LittleEndian(symbol))..]);
                    wanted[name] = wanted.GetValueOrDefault(name) || (uint)info != JumpSlot;
                }
            }
        }

        return [.. wanted.Select(w => new WantedSymbol(w.Key, AtLoad: w.Value)).OrderBy(w => w.Name, StringComparer.Ordinal)];
    }

    private static List<ElfSection> Sections(ReadOnlySpan<byte> image, uint type)
    {
        var sections = new List<ElfSection>();
        for (var i = 0; i < ReadUInt16LittleEndian(image[0x3C..]); i++)
        {
            if (Section(image, i) is var section && section.Type == type)
            {
                sections.Add(section);
            }
        }

        return sections;
    }

    private static ElfSection Section(ReadOnlySpan<byte> image, int index)
    {
        var header = image[((int)ReadUInt64LittleEndian(image[0x28..]) + (index * ReadUInt16LittleEndian(image[0x3A..])))..];
        return new ElfSection(
            Type: ReadUInt32LittleEndian(header[0x04..]),
            Offset: (int)ReadUInt64LittleEndian(header[0x18..]),
            Size: (int)ReadUInt64LittleEndian(header[0x20..]),
            Link: ReadInt32LittleEndian(header[0x28..]));
    }

    private static string Text(ReadOnlySpan<byte> from) => Encoding.ASCII.GetString(from[..from.IndexOf((byte)0)]);

    private readonly record struct ElfSection(uint Type, int Offset, int Size, int Link);
}

/// <param name="Name">Mangled.</param>
/// <param name="AtLoad">Without it the object does not load; otherwise the first call to it ends the process.</param>
internal readonly record struct WantedSymbol(string Name, bool AtLoad);
