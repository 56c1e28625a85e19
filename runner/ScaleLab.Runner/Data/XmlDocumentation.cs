using System.Text;
using System.Xml;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Data;

/// <summary>The prose of a compiler's XML documentation file: one line per paragraph, tags gone, references by their short names.</summary>
internal static class XmlDocumentation
{
    private static readonly XmlReaderSettings Settings = new() { IgnoreComments = true, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <exception cref="InputException">The file is not well-formed.</exception>
    public static List<string> Lines(string file)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        using var reader = XmlReader.Create(file, Settings);
        try
        {
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element when reader.Name is "see" or "seealso":
                        Append(line, ShortName(reader.GetAttribute("cref") ?? reader.GetAttribute("langword") ?? reader.GetAttribute("href") ?? ""));
                        break;
                    case XmlNodeType.Element when reader.Name is "paramref" or "typeparamref":
                        Append(line, reader.GetAttribute("name") ?? "");
                        break;
                    case XmlNodeType.Element or XmlNodeType.EndElement when EndsLine(reader.Name):
                        Flush(line, lines);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                        Append(line, reader.Value);
                        break;
                }
            }
        }
        catch (XmlException e)
        {
            throw new InputException(file, e.LineNumber, e.LinePosition, "not well-formed XML");
        }

        Flush(line, lines);
        return lines;
    }

    private static bool EndsLine(string element) => element
        is "summary" or "param" or "returns" or "remarks" or "exception" or "value" or "typeparam" or "example" or "member" or "para" or "item" or "br";

    /// <returns><c>Read</c> for <c>M:System.IO.Stream.Read(System.Byte[])</c>.</returns>
    internal static string ShortName(string reference)
    {
        if (reference.Contains("://", StringComparison.Ordinal))
        {
            return reference;
        }

        var name = reference.AsSpan();
        name = name.IndexOf('(') is > 0 and var open ? name[..open] : name;
        name = name[(name.LastIndexOf('.') + 1)..];
        name = name[(name.LastIndexOf(':') + 1)..];
        return (name.IndexOf('`') is > 0 and var arity ? name[..arity] : name).ToString();
    }

    // Runs of white space become one blank.
    private static void Append(StringBuilder line, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                line.Append(c);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }
    }

    private static void Flush(StringBuilder line, List<string> lines)
    {
        if (line.Length > 0)
        {
            lines.Add(line.ToString().TrimEnd());
            line.Clear();
        }
    }
}
