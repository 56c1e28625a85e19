using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Rows that look wrong beside others, whatever the law.</summary>
internal static class Comparisons
{
    // Where no law says what the noise is.
    private const double UsualSpread = 0.01;

    /// <summary>All that can be said where there is no law.</summary>
    public static IEnumerable<FlaggedRun> OfRows(IReadOnlyList<Observation> rows) => Rises(rows).Concat(WithinCells(rows, UsualSpread)).Select(f => f.Flag);

    /// <summary>Equal N and D, and losses that replicates would have once in twenty pairs at most; and runs that differ in the learning rate alone and are not the best of them.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="spread">Standard deviation of ln loss.</param>
    public static IEnumerable<(int Row, FlaggedRun Flag)> WithinCells(IReadOnlyList<Observation> rows, double spread) =>
        new Cells(rows).All().Where(cell => cell.Count > 1).SelectMany(cell => Repeats(rows, cell, 0.1 * spread).Concat(Rates(rows, cell, 4 * spread)));

    private static IEnumerable<(int Row, FlaggedRun Flag)> Repeats(IReadOnlyList<Observation> rows, IEnumerable<int> cell, double near)
    {
        // Sorted by loss, so that neighbours are nearest.
        int[] same = [.. cell.OrderBy(i => rows[i].Loss).ThenBy(i => i)];
        foreach (var (a, b) in same.Zip(same.Skip(1)))
        {
            var (first, copy) = (rows[Math.Min(a, b)], rows[Math.Max(a, b)]);
            var equal = first.Loss == copy.Loss && first.N == copy.N && first.D == copy.D;
            if (equal || (Math.Abs(Math.Log(first.Loss / copy.Loss)) <= near && first.Seed == copy.Seed))
            {
                yield return (Math.Max(a, b), new FlaggedRun(copy.Run, FlagKind.Duplicate, $"repeats {first.Run}: equal N{(equal ? ", D and loss" : " and D, and a loss nearer than noise allows")}"));
            }
        }
    }

    private static IEnumerable<(int Row, FlaggedRun Flag)> Rates(IReadOnlyList<Observation> rows, IEnumerable<int> cell, double worse)
    {
        foreach (var tried in cell.Where(i => rows[i].LearningRate is not null).GroupBy(i => rows[i].Seed))
        {
            var best = rows[tried.MinBy(i => rows[i].Loss)];
            foreach (var i in tried.Where(i => rows[i].LearningRate != best.LearningRate && Math.Log(rows[i].Loss / best.Loss) > worse))
            {
                yield return (i, new FlaggedRun(rows[i].Run, FlagKind.Untuned, Text($"loss {rows[i].Loss:G4} at learning rate {rows[i].LearningRate:G3}, and {best.Loss:G4} at {best.LearningRate:G3} with equal N and D: --best-over keeps the best")));
            }
        }
    }

    // Along each line of equal N (or D), a cell whose mean loss lies above that of the cell before it.
    private static IEnumerable<(int Row, FlaggedRun Flag)> Rises(IReadOnlyList<Observation> rows) =>
        Rises(rows, o => o.N, o => o.D, "N", "tokens").Concat(Rises(rows, o => o.D, o => o.N, "D", "parameters"));

    private static IEnumerable<(int Row, FlaggedRun Flag)> Rises(IReadOnlyList<Observation> rows, Func<Observation, double> line, Func<Observation, double> along, string held, string more)
    {
        foreach (var row in Enumerable.Range(0, rows.Count).GroupBy(i => line(rows[i])).OrderBy(g => g.Key))
        {
            var cells = row.GroupBy(i => along(rows[i])).OrderBy(g => g.Key).Select(g => (Cell: g, Loss: g.Average(i => rows[i].Loss))).ToList();
            foreach (var (before, after) in cells.Zip(cells.Skip(1)))
            {
                // The difference of two means of k and l runs.
                var noise = UsualSpread * Math.Sqrt((1.0 / before.Cell.Count()) + (1.0 / after.Cell.Count()));
                if (Math.Log(after.Loss / before.Loss) > 3 * noise)
                {
                    var (from, to, at) = (Quantity.Format(before.Cell.Key), Quantity.Format(after.Cell.Key), Quantity.Format(row.Key));
                    foreach (var i in after.Cell)
                    {
                        yield return (i, new FlaggedRun(rows[i].Run, FlagKind.Outlying, Text($"loss rises from {before.Loss:G4} to {after.Loss:G4} with more {more} ({from} to {to}) at {held} = {at}")));
                    }
                }
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
