using System.Buffers.Text;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Data;

/// <summary>Observations from a CSV: our own results.csv, or anyone's with two of N, D, C and a loss.</summary>
public static class ObservationFile
{
    /// <param name="file">UTF-8; the first line names the columns.</param>
    /// <param name="options">Columns and rows; null = customary names, all rows (of a results.csv: those with status ok).</param>
    /// <exception cref="InputException">The file, a column, a row or an option is wrong; with line and column of a bad cell.</exception>
    public static ObservationTable Read(string file, ColumnOptions? options = null)
    {
        options ??= new ColumnOptions();
        using var table = new CsvTable(file);
        var map = new ColumnMap(table.Header, options);
        var where = Filters(options.Where, "where", table.Header).GroupBy(f => f.Column).ToList();
        var exclude = Filters(options.Exclude, "exclude", table.Header);
        var tuned = options.BestOver.Select(table.Header.Find).ToList();
        var askedForStatus = where.Any(column => column.Key == map.Status);
        string? Reason(CsvRow row)
        {
            foreach (var column in where)
            {
                if (!column.Any(f => f.Holds(row)))
                {
                    return $"not {string.Join(" or ", column.Select(f => $"{f.Name}={f.Value}"))}";
                }
            }

            return exclude.Find(f => f.Holds(row)) is { } met ? $"{met.Name}={met.Value}"
                : map.Status is { } status && !askedForStatus && !EndedWell(row, status) ? $"{table.Header.Names[status].ToLowerInvariant()} {row[status]}"
                : Blank(row, map);
        }

        var (points, left) = (new List<Observation>(), new List<LeftOutRow>());
        var settings = new Dictionary<Observation, string>(ReferenceEqualityComparer.Instance);
        foreach (var row in table.Rows())
        {
            if (Reason(row) is { } reason)
            {
                left.Add(new LeftOutRow(Name(row, map), row.Line, reason));
                continue;
            }

            points.Add(Point(row, map));
            if (tuned.Count > 0)
            {
                settings[points[^1]] = string.Join(", ", tuned.Select(c => $"{table.Header.Names[c]} {row[c]}"));
            }
        }

        if (table.Torn is { } torn)
        {
            left.Add(new LeftOutRow($"line {torn}", torn, "the last line is cut off"));
        }

        if (tuned.Count > 0)
        {
            var losers = new HashSet<Observation>(ReferenceEqualityComparer.Instance);
            foreach (var rivals in points.GroupBy(p => (p.N, p.D, map.Seed is { } seed && tuned.Contains(seed) ? "" : p.Seed)))
            {
                var best = rivals.MinBy(p => p.Loss);
                foreach (var loser in rivals.Where(p => p != best))
                {
                    losers.Add(loser);
                    left.Add(new LeftOutRow(loser.Run, loser.Line, $"{settings[loser]} is not the best of {rivals.Count()}"));
                }
            }

            points.RemoveAll(losers.Contains);
        }

        return new ObservationTable(Path.GetFileName(file), points, [.. left.OrderBy(l => l.Line)], map.ClusterRule) { Columns = map.Words };
    }

    // Our own word and W&B's; a row that does not say is taken as it is.
    private static bool EndedWell(CsvRow row, int status) => row.IsEmpty(status) || row[status] is "ok" or "finished";

    // A cell that a run never filled in, as the loss of a run that crashed.
    private static string? Blank(CsvRow row, ColumnMap map)
    {
        bool Known(int? column) => column is { } index && !row.IsEmpty(index);
        if (!Known(map.Loss))
        {
            return $"{row.Header.Names[map.Loss]} is empty";
        }

        var (n, d, c) = (Known(map.N), Known(map.D), Known(map.C));
        return (n ? d || c : d && c) ? null : $"{row.Header.Names[(n ? map.D ?? map.C : map.N ?? map.C)!.Value]} is empty";
    }

    private static Observation Point(CsvRow row, ColumnMap map)
    {
        var (n, d, c) = (Positive(row, map.N), Positive(row, map.D), Positive(row, map.C));

        // Hoffmann et al. 2022: C = 6·N·D, where the file leaves one of the three to us.
        var size = n ?? c!.Value / (6 * d!.Value);
        var length = d ?? c!.Value / (6 * size);
        return new Observation(Name(row, map), size, length, c ?? 6 * size * length, Loss(row, map))
        {
            Line = row.Line,
            Cluster = Cluster(row, map),
            Seed = map.Seed is { } seed ? row[seed] : "",
            LearningRate = map.Rate is { } rate && Number(row, rate, out var lr) ? lr : null,
            Budget = Positive(row, map.Budget),
            UniqueD = Positive(row, map.UniqueD),
            Floor = Positive(row, map.Floor),
            Annealed = map.Annealed is not { } annealed || row[annealed] is not ("0" or "false" or "False"),
            NNonEmbedding = Positive(row, map.NNonEmbedding),
            NEmbedding = Part(row, map.NEmbedding),
        };
    }

    private static double Loss(CsvRow row, ColumnMap map) => map.LossFrom is not { } from
        ? Positive(row, map.Loss)!.Value
        : Number(row, map.Loss, out var score) && from - score is > 0 and var loss
        ? loss
        : throw row.Error(map.Loss, $"{map.LossName(row.Header)} is '{FormattableString.Invariant($"{from}")} − {Shortened(row[map.Loss])}'; expected a finite number above 0");

    // Null where there is no such column or its cell is empty.
    private static double? Positive(CsvRow row, int? column)
    {
        if (column is not { } index || row.IsEmpty(index))
        {
            return null;
        }

        return Number(row, index, out var value) && value > 0
            ? value
            : throw row.Error(index, $"{row.Header.Names[index]} is '{Shortened(row[index])}'; expected a finite number above 0");
    }

    private static bool Number(CsvRow row, int column, out double value) =>
        (Utf8Parser.TryParse(row.Utf8(column), out value, out var read) && read == row.Utf8(column).Length && double.IsFinite(value))
        || Quantity.TryParse(row[column], out value);

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";

    // A tied head has no parameters of its own: 0 is a count here.
    private static double? Part(CsvRow row, int? column) => column is { } index && row[index] == "0" ? 0 : Positive(row, column);

    private static string Name(CsvRow row, ColumnMap map) => map.Run is { } run && !row.IsEmpty(run) ? row[run] : $"line {row.Line}";

    // Null where the first column is empty: a run without a trunk shares its noise with none.
    private static string? Cluster(CsvRow row, ColumnMap map) =>
        map.Cluster.Count == 0 || row.IsEmpty(map.Cluster[0]) ? null : string.Join('+', map.Cluster.Select(c => row[c]));

    private static List<RowFilter> Filters(IReadOnlyList<string> texts, string option, CsvHeader header) =>
        [.. texts.Select(text => RowFilter.Parse(text, option, header))];
}
