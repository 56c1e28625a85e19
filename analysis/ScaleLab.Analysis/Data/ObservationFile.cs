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
        var status = table.Header.FindAny("status");
        var askedForStatus = status is { } s && where.Any(column => column.Key == s);

        var (points, left) = (new List<Observation>(), new List<LeftOutRow>());
        var settings = new Dictionary<Observation, (string Seed, string Tuned)>(ReferenceEqualityComparer.Instance);
        foreach (var row in table.Rows())
        {
            var reason = where.FirstOrDefault(column => !column.Any(f => f.Holds(row))) is { } unmet ? $"not {string.Join(" or ", unmet.Select(f => $"{f.Name}={f.Value}"))}"
                : exclude.FirstOrDefault(f => f.Holds(row)) is { } met ? $"{met.Name}={met.Value}"
                : status is { } column && !askedForStatus && row[column] is not ("ok" or "") ? $"status {row[column]}"
                : null;
            if (reason is not null)
            {
                left.Add(new LeftOutRow(Name(row, map), row.Line, reason));
                continue;
            }

            points.Add(Point(row, map));
            if (tuned.Count > 0)
            {
                var seed = map.Seed is { } seeds && !tuned.Contains(seeds) ? row[seeds] : "";
                settings[points[^1]] = (seed, string.Join(", ", tuned.Select(c => $"{table.Header.Names[c]} {row[c]}")));
            }
        }

        if (table.Torn is { } torn)
        {
            left.Add(new LeftOutRow($"line {torn}", torn, "the last line is cut off"));
        }

        if (tuned.Count > 0)
        {
            var losers = new HashSet<Observation>(ReferenceEqualityComparer.Instance);
            foreach (var rivals in points.GroupBy(p => (p.N, p.D, settings[p].Seed)))
            {
                var best = rivals.MinBy(p => p.Loss);
                foreach (var loser in rivals.Where(p => p != best))
                {
                    losers.Add(loser);
                    left.Add(new LeftOutRow(loser.Run, loser.Line, $"{settings[loser].Tuned} is not the best of {rivals.Count()}"));
                }
            }

            points.RemoveAll(losers.Contains);
        }

        return new ObservationTable(Path.GetFileName(file), points, [.. left.OrderBy(l => l.Line)], map.ClusterRule);
    }

    private static Observation Point(CsvRow row, ColumnMap map)
    {
        var (n, d, c) = (Positive(row, map.N), Positive(row, map.D), Positive(row, map.C));

        // Hoffmann et al. 2022: C = 6·N·D, where the file leaves one of the three to us.
        n ??= c / (6 * d);
        d ??= c / (6 * n);
        if (n is null || d is null)
        {
            var empty = n is null ? map.N ?? map.C : map.D ?? map.C;
            throw row.Error(empty!.Value, $"{row.Header.Names[empty.Value]} is empty, and N, D and C cannot be told from the rest");
        }

        return new Observation(
            Name(row, map),
            n.Value,
            d.Value,
            c ?? 6 * n.Value * d.Value,
            Positive(row, map.Loss) ?? throw row.Error(map.Loss, $"{row.Header.Names[map.Loss]} is empty; leave such rows out with --exclude {row.Header.Names[map.Loss]}="))
        {
            Line = row.Line,
            Cluster = Cluster(row, map),
            Budget = Positive(row, map.Budget),
            UniqueD = Positive(row, map.UniqueD),
            Annealed = map.Annealed is not { } annealed || row[annealed] is not ("0" or "false" or "False"),
            NNonEmbedding = Positive(row, map.NNonEmbedding),
            NEmbedding = Part(row, map.NEmbedding),
            NHead = Part(row, map.NHead),
            C6nd = map.C6nd is null ? 6 * n * d : Positive(row, map.C6nd),
        };
    }

    // Null where there is no such column or its cell is empty.
    private static double? Positive(CsvRow row, int? column)
    {
        if (column is not { } index || row.IsEmpty(index))
        {
            return null;
        }

        var plain = Utf8Parser.TryParse(row.Utf8(index), out double value, out var read) && read == row.Utf8(index).Length && double.IsFinite(value);
        return (plain || Quantity.TryParse(row[index], out value)) && value > 0
            ? value
            : throw row.Error(index, $"{row.Header.Names[index]} is '{Shortened(row[index])}'; expected a finite number above 0");
    }

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
