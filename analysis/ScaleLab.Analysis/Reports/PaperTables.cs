using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Reports;

/// <summary>The tables of a paper: the law and its intervals, what to train, how far both depend on how one asks.</summary>
public static class PaperTables
{
    /// <summary>Of <see cref="Write(SweepAnalysis, string, string)"/>.</summary>
    public static readonly IReadOnlyList<string> Formats = ["markdown", "latex"];

    /// <summary>All that a report has, but for its runs.</summary>
    /// <param name="analysis">Of a sweep.</param>
    /// <param name="unit">Of data: tokens, images, clips.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    public static string Write(SweepAnalysis analysis, string unit, string format) => Write(
        [
            ("law", () => LawSection.Parameters(analysis.Fit)),
            ("laws", () => LawSection.Laws(analysis)),
            ("holdout", () => LawSection.Holdout(analysis.Choice)),
            ("budgets", () => FrontierSection.Allocations(analysis.Fit, unit)),
            ("approaches", () => FrontierSection.Approaches(analysis.Approaches, analysis.Fit)),
            ("counting", () => FrontierSection.Rules(analysis.Counting, analysis.Fit)),
        ],
        format);

    /// <summary>What one fit tells.</summary>
    public static string Write(Fit fit, string unit, string format) => Write(
        [
            ("law", () => LawSection.Parameters(fit)),
            ("holdout", () => fit.LawChoice is null ? null : LawSection.Holdout(fit.LawChoice)),
            ("budgets", () => FrontierSection.Allocations(fit, unit)),
            ("approaches", () => fit.Approaches is null ? null : FrontierSection.Approaches(fit.Approaches, fit)),
            ("counting", () => fit.Counting is null ? null : FrontierSection.Rules(fit.Counting, fit)),
        ],
        format);

    private static string Write(IReadOnlyList<(string Label, Func<ReportTable?> Table)> tables, string format)
    {
        var told = tables.Select(t => (t.Label, Table: Made(t.Table))).Where(t => t.Table is { Count: > 0 }).ToList();
        return format == "latex"
            ? $"% Needs \\usepackage{{booktabs}}.\n{string.Join('\n', told.Select(t => t.Table!.ToLatex(t.Label)))}"
            : string.Join('\n', told.Select(t => t.Table!.ToMarkdown()));
    }

    // As on the page, which says so: one that cannot be made must not take the others with it.
    private static ReportTable? Made(Func<ReportTable?> table)
    {
        try
        {
            return table();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
