using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;

namespace ScaleLab.Analysis.Reports;

/// <summary>What to train for a budget, and how much of that rests on the way parameters are counted.</summary>
internal static class FrontierSection
{
    private const int MostBudgets = 8;

    public static void Write(Html html, ReportInput input)
    {
        var fit = input.Analysis.Fit;
        html.Add($"<h2 id=\"frontier\">Compute-optimal frontier and allocation</h2>");
        if (fit.Frontier is not { } frontier)
        {
            html.Add($"<p>No frontier: {LawSection.Sentence(fit.Diagnostics.Reason ?? Allocator.NoFrontier)}</p>");
        }
        else
        {
            var k = ReportNumber.Of(frontier.FlopsPerNd);
            if (frontier.CostExponent is { } m)
            {
                html.Add($"<p>A run costs {k} · N<sup>{ReportNumber.Exponent(m)}</sup> · D FLOPs here, fitted to C/D of the runs: N* = {ReportNumber.Of(frontier.G)} · (C/{k})<sup>{ReportNumber.Exponent(frontier.ExponentN)}</sup>, D* ∝ C<sup>{ReportNumber.Exponent(frontier.ExponentD)}</sup>.</p>");
            }
            else
            {
                html.Add($"<p>With {k} FLOPs per parameter and unit of data: N* = {ReportNumber.Of(frontier.G)} · (C/{k})<sup>{ReportNumber.Exponent(frontier.ExponentN)}</sup>, D* = (C/{k})<sup>{ReportNumber.Exponent(frontier.ExponentD)}</sup> / {ReportNumber.Of(frontier.G)}.</p>");
            }

            Allocations(fit, input.Unit)?.Write(html);
        }

        Approaches(input.Analysis.Approaches, fit)?.Write(html);
        Rules(input.Analysis.Counting, fit)?.Write(html);
    }

    // Powers of ten of compute: those of the data and two beyond, at which people will want to spend.
    internal static IEnumerable<double> Budgets(DataRange range)
    {
        var (first, last) = ((int)Math.Ceiling(Math.Log10(range.C.Low) - 1e-9), (int)Math.Ceiling(Math.Log10(range.C.High) - 1e-9) + 2);
        return Enumerable.Range(0, Math.Min(last - first + 1, MostBudgets)).Select(i => Math.Pow(10, last - i)).Reverse();
    }

    /// <returns>Null where there is no frontier.</returns>
    public static ReportTable? Allocations(Fit fit, string unit)
    {
        if (fit.Frontier is null || fit.Diagnostics.Range is not { } range)
        {
            return null;
        }

        var allocator = new Allocator(fit);
        var level = ReportNumber.Level(fit.Intervals.Level);
        var table = new ReportTable("#C (FLOP)", "#N*", $"#{level} interval", unit.Length > 0 ? $"#D* ({unit})" : "#D*", $"#{level} interval", "#D*/N*", "#predicted loss", "") { Caption = "What to train for a budget, and whether that is extrapolated." };
        foreach (var budget in Budgets(range))
        {
            var point = allocator.ForFlops(budget);
            string Range(string name) => ReportNumber.Range(point.Intervals.TryGetValue(name, out var interval) ? interval : null, ReportNumber.Count);
            string[] cells = [ReportNumber.Of(budget), ReportNumber.Count(point.N), Range("params"), ReportNumber.Count(point.D), Range("tokens"), ReportNumber.Of(point.TokensPerParam), ReportNumber.Loss(point.Loss), Place(budget, range)];
            if (point.Extrapolation is null)
            {
                table.Add(cells);
            }
            else
            {
                table.AddApart(cells);
            }
        }

        return table;
    }

    private static string Place(double budget, DataRange range) =>
        budget > range.C.High ? $"extrapolated: {ReportNumber.Ratio(budget / range.C.High)} × the largest run"
        : budget < range.C.Low ? "extrapolated: below the smallest run"
        : "within the runs";

    /// <returns>Null where these runs carry none of them.</returns>
    public static ReportTable? Approaches(IReadOnlyList<Approach> approaches, Fit fit)
    {
        if (approaches.All(a => a.Refused is not null))
        {
            return null;
        }

        var level = ReportNumber.Level(fit.Intervals.Level);
        var table = new ReportTable("Approach", "#a", $"#{level} interval", "#b", $"#{level} interval", "#N* at the largest compute", "#D*", "")
        {
            Caption = "N* ∝ Cᵃ and D* ∝ Cᵇ by the three approaches of Hoffmann et al. (2022), from the same runs.",
        };
        foreach (var approach in approaches)
        {
            string Bound(string name) => ReportNumber.Range(approach.Intervals.TryGetValue(name, out var interval) ? interval : null, ReportNumber.Exponent);
            var at = approach.At.Count > 0 ? approach.At[0] : null;
            table.Add(
                ApproachTable.Title(approach.Name),
                approach.ExponentN is { } a ? ReportNumber.Exponent(a) : ReportNumber.Missing,
                Bound("a"),
                approach.ExponentD is { } b ? ReportNumber.Exponent(b) : ReportNumber.Missing,
                Bound("b"),
                at is null ? ReportNumber.Missing : ReportNumber.Count(at.N),
                at is null ? ReportNumber.Missing : ReportNumber.Count(at.D),
                approach.Refused is { } reason ? $"refused: {reason}" : "");
        }

        return table;
    }

    /// <returns>Null where the columns allow but one.</returns>
    public static ReportTable? Rules(IReadOnlyList<CountingRule> rules, Fit fit)
    {
        if (rules.Count < 2)
        {
            return null;
        }

        var level = ReportNumber.Level(fit.Intervals.Level);
        var table = new ReportTable("N counted as", "#a, C = 6ND", $"#{level} interval", "#a, exact FLOPs", $"#{level} interval", "#α", "#β", "#rms residual", "")
        {
            Caption = "The exponent of N* ∝ Cᵃ by counting rule: the same runs, refitted. Exact FLOPs count every matrix product of the runs, head and attention included, as a power of N per unit of data. Compare exponents with others' only under their rule.",
        };
        foreach (var rule in rules)
        {
            table.Add(
                rule.Name,
                rule.ExponentBy6nd is { } a ? ReportNumber.Exponent(a) : ReportNumber.Missing,
                ReportNumber.Range(rule.IntervalBy6nd, ReportNumber.Exponent),
                rule.ExponentByCost is { } exact ? ReportNumber.Exponent(exact) : ReportNumber.Missing,
                ReportNumber.Range(rule.IntervalByCost, ReportNumber.Exponent),
                ReportNumber.Of(rule.Parameters.TryGetValue("alpha", out var alpha) ? alpha : null),
                ReportNumber.Of(rule.Parameters.TryGetValue("beta", out var beta) ? beta : null),
                rule.RmsLogResidual is { } rms ? $"{ReportNumber.Of(100 * rms)} %" : ReportNumber.Missing,
                rule.Refused ?? "");
        }

        return table;
    }
}
