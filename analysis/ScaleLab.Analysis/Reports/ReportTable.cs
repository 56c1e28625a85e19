using System.Text;

namespace ScaleLab.Analysis.Reports;

/// <summary>One table, written for whoever reads it: HTML, Markdown, or LaTeX with booktabs.</summary>
/// <param name="columns">Headings; one that begins with <c>#</c> stands over numbers, which are set flush right.</param>
internal sealed class ReportTable(params string[] columns)
{
    private const int MostInOneLine = 28;

    // In characters: more than a page's width of text at its usual size.
    private const int WideTable = 75;

    private readonly List<(string[] Cells, bool Apart)> _rows = [];

    public int Count => _rows.Count;

    public string Caption { get; init; } = "";

    public void Add(params string[] cells) => _rows.Add((cells, false));

    /// <summary>A row that is set apart: an extrapolation, a flagged run.</summary>
    public void AddApart(params string[] cells) => _rows.Add((cells, true));

    /// <summary>Scrolls sideways on a narrow screen instead of stretching the page.</summary>
    public void Write(Html html)
    {
        // Not a <caption>: that would be as wide as the table, off a narrow screen.
        html.Add($"<p class=\"caption\">{Caption}</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Caption}\"><table><thead><tr>");
        foreach (var column in columns)
        {
            html.Add($"<th scope=\"col\" class=\"{Class(column)}\">{Heading(column)}</th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var (cells, apart) in _rows)
        {
            html.Add($"<tr class=\"{(apart ? "apart" : "")}\">");
            foreach (var (cell, column) in cells.Zip(columns))
            {
                html.Add($"<td class=\"{(Class(column) is "" && cell.Length > 24 ? "words" : Class(column))}\">{cell}</td>");
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    public string ToMarkdown()
    {
        static string Escaped(string cell) => cell.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).ReplaceLineEndings(" ");
        var text = new StringBuilder();
        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        Row(columns.Select(c => Escaped(Heading(c))));
        Row(columns.Select(c => IsNumber(c) ? "---:" : "---"));
        foreach (var (cells, _) in _rows)
        {
            Row(cells.Select(Escaped));
        }

        return $"{text}\n{Escaped(Caption)}\n";
    }

    /// <summary>A <c>table</c> float, one column wide or as wide as it needs; asks for the package booktabs.</summary>
    /// <param name="label">After <c>tab:</c>.</param>
    public string ToLatex(string label)
    {
        var text = new StringBuilder("\\begin{table}\n\\centering\n");
        text.Append($"\\caption{{{LatexText.Of(Caption)}}}\n\\label{{tab:{label}}}\n");

        // Columns without a cell would only take room in print.
        var kept = Enumerable.Range(0, columns.Length).Where(i => _rows.Any(r => r.Cells[i].Length > 0)).ToList();
        text.Append(kept.Sum(i => Math.Min(MostInOneLine, _rows.Max(r => r.Cells[i].Length)) + 2) > WideTable ? "\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n" : "");
        text.Append($"\\begin{{tabular}}{{@{{}}{string.Concat(kept.Select(Alignment))}@{{}}}}\n\\toprule\n");

        // Ragged lines take \\ for themselves.
        var end = kept.Any(IsSentence) ? " \\tabularnewline\n" : " \\\\\n";
        void Row(IReadOnlyList<string> cells) => text.AppendJoin(" & ", kept.Select(i => (IsSentence(i) ? "\\raggedright " : "") + LatexText.Of(cells[i]))).Append(end);
        Row([.. columns.Select(Heading)]);
        text.Append("\\midrule\n");
        foreach (var (cells, _) in _rows)
        {
            Row(cells);
        }

        return text.Append("\\bottomrule\n\\end{tabular}\n\\end{table}\n").ToString();
    }

    private string Alignment(int column) => IsNumber(columns[column]) ? "r" : IsSentence(column) ? "p{0.22\\linewidth}" : "l";

    // Broken into lines.
    private bool IsSentence(int column) => !IsNumber(columns[column]) && _rows.Any(r => r.Cells[column].Length > MostInOneLine);

    private static string Heading(string column) => column.TrimStart('#');

    private static bool IsNumber(string column) => column.StartsWith('#');

    private static string Class(string column) => IsNumber(column) ? "number" : "";
}
