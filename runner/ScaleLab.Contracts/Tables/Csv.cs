using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>The dialect of every CSV file ScaleLab writes: UTF-8 without BOM, LF, invariant, shortest round-trip doubles, empty = missing.</summary>
public static class Csv
{
    private static readonly CsvWriterOptions Dialect = new() { NewLine = "\n" };

    public static void Write<T>(Stream stream, IEnumerable<T> rows)
    {
        using var csv = CsvWriter.Create(stream, Dialect, leaveOpen: true);
        csv.WriteRecords(rows);
    }

    public static List<T> Read<T>(string file)
    {
        using var csv = CsvReader.FromFile(file);
        return [.. csv.GetRecords<T>()];
    }
}
