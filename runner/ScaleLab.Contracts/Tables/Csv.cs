using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>The dialect of every CSV file ScaleLab writes: UTF-8 without BOM, LF, invariant, shortest round-trip doubles, empty = missing.</summary>
public static class Csv
{
    private static readonly CsvWriterOptions Dialect = new() { NewLine = "\n" };

    /// <summary>A writer of this dialect that leaves <paramref name="stream"/> open.</summary>
    public static CsvWriter Open(Stream stream) => CsvWriter.Create(stream, Dialect, leaveOpen: true);

    public static void Write<T>(Stream stream, IEnumerable<T> rows)
    {
        using var csv = Open(stream);
        csv.WriteRecords(rows);
    }

    public static List<T> Read<T>(string file)
    {
        using var csv = CsvReader.FromFile(file);
        return [.. csv.GetRecords<T>()];
    }

    public static List<T> Read<T>(ReadOnlyMemory<byte> text)
    {
        using var csv = CsvReader.Create(text);
        return [.. csv.GetRecords<T>()];
    }
}
