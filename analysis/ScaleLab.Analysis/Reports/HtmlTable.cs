namespace ScaleLab.Analysis.Reports;

/// <summary>A table that scrolls sideways on a narrow screen instead of stretching the page.</summary>
/// <param name="columns">Headings; one that begins with <c>#</c> stands over numbers, which are set flush right.</param>
internal sealed class HtmlTable(params string[] columns)
{
    private readonly List<(string[] Cells, string Class)> _rows = [];

    public int Count => _rows.Count;

    public void Add(params string[] cells) => _rows.Add((cells, ""));

    /// <summary>A row that is set apart: an extrapolation, a flagged run.</summary>
    public void AddApart(params string[] cells) => _rows.Add((cells, "apart"));

    public void Write(Html html, string caption)
    {
        // Not a <caption>: that would be as wide as the table, off a narrow screen.
        html.Add($"<p class=\"caption\">{caption}</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><thead><tr>");
        foreach (var column in columns)
        {
            html.Add($"<th scope=\"col\" class=\"{Class(column)}\">{column.TrimStart('#')}</th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var (cells, kind) in _rows)
        {
            html.Add($"<tr class=\"{kind}\">");
            foreach (var (cell, column) in cells.Zip(columns))
            {
                html.Add($"<td class=\"{(Class(column) is "" && cell.Length > 24 ? "words" : Class(column))}\">{cell}</td>");
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Class(string column) => column.StartsWith('#') ? "number" : "";
}
