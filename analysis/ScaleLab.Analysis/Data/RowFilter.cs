using System.Globalization;
using ScaleLab.Contracts;

namespace ScaleLab.Analysis.Data;

/// <summary><c>COL=VALUE</c>, bound to a file's columns.</summary>
internal sealed record RowFilter(int Column, string Name, string Value)
{
    public static RowFilter Parse(string text, string option, CsvHeader header)
    {
        var equals = text.IndexOf('=');
        return equals > 0
            ? new RowFilter(header.Find(text[..equals].Trim()), text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new InputException($"--{option} '{text}': expected COL=VALUE");
    }

    /// <summary>Equal as text or as numbers: <c>lr=0.001</c> finds <c>1e-3</c>.</summary>
    public bool Holds(CsvRow row) =>
        string.Equals(row[Column], Value, StringComparison.Ordinal) || (Number(row[Column], out var a) && Number(Value, out var b) && a == b);

    private static bool Number(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
