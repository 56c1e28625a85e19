using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Rows that look wrong, each with the numbers that say so. Nothing is excluded here: that is for the reader to decide.</summary>
internal static class Hygiene
{
    private const double Outlying = 5;

    // Below this no difference of two losses is worth a word.
    private const double Negligible = 1e-3;

    // A median absolute deviation is this share of a normal standard deviation.
    private const double NormalMad = 0.6745;

    /// <param name="observations">All rows of the fit.</param>
    /// <param name="surface">The fit, or null where there is none: then losses are compared with each other only.</param>
    public static IReadOnlyList<FlaggedRun> Flag(IReadOnlyList<Observation> observations, LossSurface? surface)
    {
        var spread = surface is null ? 0.01 : Spread(observations, surface);
        return
        [
            .. surface is null ? [] : Outliers(observations, surface, spread),
            .. Rises(observations, spread, o => o.N, o => o.D, "N", "tokens"),
            .. Rises(observations, spread, o => o.D, o => o.N, "D", "parameters"),
            .. Repeats(observations),
        ];
    }

    // Robust standard deviation of the log residuals: outliers must not hide behind the spread that they make. As many rows as the law has
    // parameters are all but interpolated and say nothing of it.
    private static double Spread(IReadOnlyList<Observation> observations, LossSurface surface) =>
        Quantile.Median(observations.Select(o => Math.Abs(Residual(o, surface))).Order().Skip(surface.Parameters.Length)) / NormalMad;

    private static double Residual(Observation o, LossSurface surface) => Math.Log(o.Loss / surface.Loss(o.Scale));

    private static IEnumerable<FlaggedRun> Outliers(IReadOnlyList<Observation> observations, LossSurface surface, double spread) =>
        from o in observations
        let residual = Residual(o, surface)
        where Math.Abs(residual) > Math.Max(Outlying * spread, Negligible)
        select new FlaggedRun(o.Run, Invariant($"loss {o.Loss:G4} is {Math.Abs(residual):P1} {(residual > 0 ? "above" : "below")} the law, {Math.Abs(residual) / spread:F1} robust standard deviations"));

    // Along each line of equal N (or D): a cell whose mean loss lies above that of the cell before it.
    private static IEnumerable<FlaggedRun> Rises(
        IReadOnlyList<Observation> observations, double spread, Func<Observation, double> line, Func<Observation, double> along, string held, string more)
    {
        foreach (var row in observations.GroupBy(line).OrderBy(g => g.Key))
        {
            var cells = row.GroupBy(along).OrderBy(g => g.Key).Select(g => (Cell: g, Loss: g.Average(o => o.Loss))).ToList();
            foreach (var (before, after) in cells.Zip(cells.Skip(1)))
            {
                // The difference of two means of k and l runs.
                var noise = spread * Math.Sqrt((1.0 / before.Cell.Count()) + (1.0 / after.Cell.Count()));
                if (Math.Log(after.Loss / before.Loss) > Math.Max(3 * noise, Negligible))
                {
                    var (from, to, at) = (Quantity.Format(before.Cell.Key), Quantity.Format(after.Cell.Key), Quantity.Format(row.Key));
                    foreach (var o in after.Cell)
                    {
                        yield return new FlaggedRun(o.Run, Invariant($"loss rises from {before.Loss:G4} to {after.Loss:G4} with more {more} ({from} to {to}) at {held} = {at}"));
                    }
                }
            }
        }
    }

    private static IEnumerable<FlaggedRun> Repeats(IReadOnlyList<Observation> observations) =>
        from same in observations.GroupBy(o => (o.N, o.D, o.Loss))
        from o in same.Skip(1)
        select new FlaggedRun(o.Run, $"repeats {same.First().Run}: equal N, D and loss");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
