using System.Text;
using CsvHelper;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Data;

/// <summary>
/// A CSV as other people write it: byte-order mark, CRLF, blank lines, quotes, semicolons or tabs, a last line that was cut off.
/// Read row by row; no cell is a number yet.
/// </summary>
internal sealed class CsvTable : IDisposable
{
    // An open quote at the start of a large file must not swallow it.
    private const int LargestRecord = 1 << 20;
    private const int MostColumns = 10_000;
    private const int MostRows = 20_000_000;

    private readonly string _file;
    private readonly CsvReader _reader;
    private CsvMalformedRecord? _unclosed;

    public CsvTable(string file)
    {
        _file = file;
        if (!File.Exists(file))
        {
            throw new InputException($"{file}: {(Directory.Exists(file) ? "a folder, not a CSV file" : "no such file")}");
        }

        try
        {
            _reader = CsvReader.FromFile(file, new CsvReaderOptions
            {
                TrackLineNumbers = true,
                TrimWhitespace = true,
                MaxRecordSize = LargestRecord,
                OnMalformedRecord = record => _unclosed ??= record.Reason == CsvMalformedReason.UnterminatedQuote ? record : null,
            });
            Header = new CsvHeader(file, [.. _reader.Headers.Select(name => name.Trim())]);
        }
        catch (Exception e) when (e is CsvFormatException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, 1, 1, e.Message);
        }

        var wrong = Header.Names.All(name => name.Length == 0) ? "empty; expected a header line"
            : Header.Names.Any(name => name.Contains('\0')) ? "not a text file"
            : Header.Names.Length > MostColumns ? $"{Header.Names.Length} columns; at most {MostColumns} are read"
            : null;
        if (wrong is not null)
        {
            throw new InputException(file, 1, 1, wrong);
        }
    }

    public CsvHeader Header { get; }

    /// <summary>The line of a last row that was cut off and left out; null where the file is whole.</summary>
    public long? Torn { get; private set; }

    /// <returns>One row object for all rows: it is valid until the next one.</returns>
    public IEnumerable<CsvRow> Rows()
    {
        var row = new CsvRow(Header, _reader);
        for (var rows = 0; Read(); rows++)
        {
            if (rows == MostRows)
            {
                throw row.Error(0, $"more than {MostRows} rows");
            }

            if ((IsShort() || _unclosed is not null) && IsCutOff())
            {
                Torn = row.Line;
                yield break;
            }

            if (_unclosed is not null)
            {
                throw row.Error(0, "a quote opens in this row and never closes");
            }

            // Empty cells beyond the header come from spreadsheets.
            if (IsShort() || HasMore())
            {
                throw row.Error(Math.Min(_reader.FieldCount - 1, Header.Names.Length), $"{_reader.FieldCount} cells where the header has {Header.Names.Length}");
            }

            yield return row;
        }
    }

    public void Dispose() => _reader.Dispose();

    private bool Read()
    {
        try
        {
            return _reader.Read();
        }
        catch (CsvFormatException)
        {
            throw new InputException(_file, _reader.LineNumber + 1, 1, $"a record of more than {LargestRecord >> 20} MiB; does a quote never close?");
        }
    }

    private bool HasMore()
    {
        for (var i = Header.Names.Length; i < _reader.FieldCount; i++)
        {
            if (!_reader[i].IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsShort() => _reader.FieldCount < Header.Names.Length;

    // The bytes of the record are the last of the file, and no line feed follows or stands among them.
    private bool IsCutOff()
    {
        var record = _reader.RawRecord;
        return !record.Contains((byte)'\n') && _reader.ByteOffset + record.Length >= new FileInfo(_file).Length;
    }
}

/// <summary>The current record of a table, which knows where it stands.</summary>
internal sealed class CsvRow(CsvHeader header, CsvReader reader)
{
    public CsvHeader Header => header;

    public long Line => reader.LineNumber;

    public string this[int column] => reader.GetString(column);

    public bool IsEmpty(int column) => reader[column].IsEmpty;

    public ReadOnlySpan<byte> Utf8(int column) => reader.GetSpan(column);

    public InputException Error(int column, string message)
    {
        // Counted in characters, as editors do.
        var character = 1;
        for (var i = 0; i < column; i++)
        {
            character += Encoding.UTF8.GetCharCount(reader.GetRawSpan(i)) + 1;
        }

        return new InputException(header.File, Line, character, message);
    }
}
