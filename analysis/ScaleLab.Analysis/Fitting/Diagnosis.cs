using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Fitting;

/// <summary>What may have gone wrong with a row that the law of the others misses: the first cause that would explain its loss.</summary>
/// <param name="rows">All rows.</param>
/// <param name="law">Of the rows that look right.</param>
/// <param name="spread">Standard deviation of ln loss about it.</param>
/// <param name="isKept">Whether a row looks right.</param>
internal sealed class Diagnosis(IReadOnlyList<Observation> rows, LossSurface law, double spread, Func<int, bool> isKept)
{
    // In standard deviations: a small miss is explained by too many things.
    private const double Gross = 6;

    // A loss half as high again has left the law, whatever the noise.
    private const double Diverged = 1.5;

    // A factor that a learning rate is rarely off by on purpose.
    private const double RateOff = 2;

    // C/(N·D) varies by some tens of per cent with shape and vocabulary, never so much.
    private const double WrongUnit = 30;

    private readonly (Interval N, Interval D) _range = (Range(rows, isKept, o => o.N), Range(rows, isKept, o => o.D));

    // The median learning rate of each N that has more than two; a table of more rows than any sweep has is not searched for it.
    private readonly Lazy<Dictionary<double, double>> _rates = new(() => rows
        .Take(Hygiene.MostRowsToRefit)
        .Where(o => o.LearningRate is not null)
        .GroupBy(o => o.N, o => o.LearningRate!.Value)
        .Where(g => g.Skip(2).Any())
        .ToDictionary(g => g.Key, Quantile.Median));

    /// <param name="i">The row.</param>
    /// <param name="score">By how many standard deviations it misses the law.</param>
    public FlaggedRun Of(int i, double score)
    {
        var o = rows[i];
        var expected = law.Loss(o.Scale);
        var missed = Text($"loss {o.Loss:G4} is {Math.Abs((o.Loss / expected) - 1):P1} {(score > 0 ? "above" : "below")} the law of the other rows, {Math.Abs(score):F1} standard deviations");
        if (Math.Abs(score) > Gross && Other(o) is { } other)
        {
            return new FlaggedRun(o.Run, other.Kind, $"{missed}; it fits {other.Words}");
        }

        if (law.Law.Form.HasFloor && o.Loss <= law["E"])
        {
            return new FlaggedRun(o.Run, FlagKind.BelowFloor, Text($"loss {o.Loss:G4} is not above the floor E = {law["E"]:G4} of the other rows"));
        }

        if (o.Loss > Diverged * expected)
        {
            return new FlaggedRun(o.Run, FlagKind.Diverged, missed);
        }

        if (score > 0 && Rate(o) is { } rate)
        {
            return new FlaggedRun(o.Run, FlagKind.Untuned, $"{missed}; {rate}");
        }

        return score > 0 && Share(o) is { } share
            ? new FlaggedRun(o.Run, o.LearningRate is null ? FlagKind.Outlying : FlagKind.Truncated, Text($"{missed}; the law expects as much after {share:P0} of its D: cut short{(o.LearningRate is null ? ", or badly tuned" : "")}?"))
            : new FlaggedRun(o.Run, FlagKind.Outlying, missed);
    }

    /// <summary>Rows whose C and 6·N·D are of different orders: only files that give all three can show it.</summary>
    public IEnumerable<(int Row, FlaggedRun Flag)> Units()
    {
        var usual = Quantile.Median(rows.Select(o => o.C / (o.N * o.D)));
        for (var i = 0; i < rows.Count; i++)
        {
            var ratio = rows[i].C / (rows[i].N * rows[i].D);
            if (ratio > WrongUnit * usual || ratio < usual / WrongUnit)
            {
                yield return (i, new FlaggedRun(rows[i].Run, FlagKind.WrongUnit, Text($"C/(N·D) is {ratio:G3} here and {usual:G3} in the other rows: N, D or C in other units?")));
            }
        }
    }

    // Its loss is right where N and D are exchanged or one of them is counted in thousands, and that place lies among the other rows.
    private (FlagKind Kind, string Words)? Other(Observation o)
    {
        (double N, double D, FlagKind Kind, string Words)[] readings =
        [
            (o.D, o.N, FlagKind.Swapped, "with N and D exchanged"),
            (o.N * 1000, o.D, FlagKind.WrongUnit, $"N = {Quantity.Format(o.N * 1000)}: is N in thousands here?"),
            (o.N / 1000, o.D, FlagKind.WrongUnit, $"N = {Quantity.Format(o.N / 1000)}: is N a thousand times too large here?"),
            (o.N, o.D * 1000, FlagKind.WrongUnit, $"D = {Quantity.Format(o.D * 1000)}: is D in thousands here?"),
            (o.N, o.D / 1000, FlagKind.WrongUnit, $"D = {Quantity.Format(o.D / 1000)}: is D a thousand times too large here?"),
        ];
        var fitting = readings
            .Where(r => Within(r.N, _range.N) && Within(r.D, _range.D))
            .Select(r => (r.Kind, r.Words, Miss: Math.Abs(Math.Log(o.Loss / law.Loss(new RunScale(r.N, r.D) { C = o.C, UniqueD = r.D })))))
            .Where(r => r.Miss < 3 * spread)
            .OrderBy(r => r.Miss)
            .FirstOrDefault();
        return fitting.Words is null ? null : (fitting.Kind, fitting.Words);
    }

    private static bool Within(double value, Interval range) => value >= range.Low / 2 && value <= 2 * range.High;

    // Against the usual rate of its N.
    private string? Rate(Observation o)
    {
        if (o.LearningRate is not { } rate)
        {
            return null;
        }

        var usual = _rates.Value.GetValueOrDefault(o.N, rate);
        return rate >= RateOff * usual || rate <= usual / RateOff ? Text($"its learning rate is {rate:G3}, that of most runs of this N {usual:G3}") : null;
    }

    // The share of D after which the law expects the row's loss.
    private double? Share(Observation o)
    {
        var (low, high) = (0.02, 1.0);
        double Loss(double share) => law.Loss(new RunScale(o.N, share * o.D) { C = share * o.C, UniqueD = Math.Min(share * o.D, o.Scale.UniqueD) });
        if (!(Loss(low) > o.Loss && Loss(high) < o.Loss))
        {
            return null;
        }

        while (high - low > 1e-3)
        {
            var middle = (low + high) / 2;
            (low, high) = Loss(middle) > o.Loss ? (middle, high) : (low, middle);
        }

        return high;
    }

    private static Interval Range(IReadOnlyList<Observation> rows, Func<int, bool> isKept, Func<Observation, double> of)
    {
        double[] kept = [.. rows.Where((_, i) => isKept(i)).Select(of)];
        return new Interval(kept.Min(), kept.Max());
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
