using ScaleLab.Contracts.Tables;

namespace ScaleLab.Runner.Training;

/// <summary>Appends to an attempt's <c>curve.csv</c>; each row leaves this process before the next step: a kill loses none.</summary>
internal sealed class CurveFile : IDisposable
{
    // Rows per doubling of D: dense enough for any curve on a log axis.
    private const int RowsPerOctave = 32;

    private readonly FileStream _file;
    private readonly CsvHelper.CsvWriter _csv;

    public CurveFile(string path)
    {
        _file = new FileStream(path, FileMode.CreateNew);
        _csv = Csv.Open(_file);
        _csv.WriteHeader<CurveRow>();
        _csv.Flush();
    }

    /// <summary>Whether a row stands between two amounts of D: a function of the amounts alone, so that resumed curves have the same rows.</summary>
    public static bool IsDue(long before, long after) => before == 0 || Index(before) != Index(after);

    public void Append(CurveRow row)
    {
        _csv.WriteRecord(row);
        _csv.Flush();
        _file.Flush();
    }

    /// <summary>Brings all rows to disk, past the caches of the system.</summary>
    public void Flush() => _file.Flush(flushToDisk: true);

    public void Dispose()
    {
        _csv.Dispose();
        _file.Dispose();
    }

    private static long Index(long seen) => (long)Math.Floor(RowsPerOctave * Math.Log2(seen));
}
