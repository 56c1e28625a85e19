using System.Globalization;
using ScaleLab.Analysis.Emergence;

namespace ScaleLab.Analysis.Reports;

/// <summary>Whether anything appears with scale that small models do not have, and whether that is more than a threshold's doing.</summary>
internal static class EmergenceSection
{
    public static void Write(Html html, ReportInput input)
    {
        var analysis = input.Emergence;
        if (analysis.Families.Count == 0)
        {
            return;
        }

        html.Add($"<h2 id=\"emergence\">Does anything emerge?</h2>");
        var table = new ReportTable("metric", "", "#least compute", "#most compute", "controls there", "#break against N", "#against D", "#against C")
        {
            Caption = FormattableString.Invariant($"Each metric against a smooth law (a power, or a logistic that takes a decade of scale), with a break and without: p values by bootstrap, after Holm over all tests of this table. Fewer than {BreakTest.FewestScales} scales, or independent runs or trunks, cannot tell the two apart."),
        };
        foreach (var curve in analysis.Families.SelectMany(f => f.Curves))
        {
            var (first, last) = (curve.Rows.MinBy(r => r.C)!, curve.Rows.MaxBy(r => r.C)!);
            table.Add(
                curve.Metric.Column,
                curve.Metric.Companion is null ? "continuous" : "thresholded",
                ReportNumber.Exponent(curve.Metric.Value(first)!.Value),
                ReportNumber.Exponent(curve.Metric.Value(last)!.Value),
                string.Join(", ", curve.Metric.Controls.Where(c => c.Value(last) is not null).Select(c => $"{c.Name} {ReportNumber.Exponent(c.Value(last)!.Value)}")),
                Cell(curve.Tests[0]),
                Cell(curve.Tests[1]),
                Cell(curve.Tests[2]));
        }

        table.Write(html);
        html.Add($"<ul>");
        foreach (var verdict in Verdicts(analysis))
        {
            html.Add($"<li>{verdict}</li>");
        }

        html.Add($"</ul>");
    }

    /// <summary>What may be said, one sentence for each break; one for all where there is none.</summary>
    internal static IEnumerable<string> Verdicts(EmergenceAnalysis analysis)
    {
        var any = false;
        foreach (var curve in analysis.Families.SelectMany(f => f.Curves))
        {
            foreach (var test in curve.Tests.Where(t => t.Breaks))
            {
                any = true;
                yield return Verdict(analysis, curve, test);
            }
        }

        if (!any)
        {
            yield return analysis.Families.SelectMany(f => f.Curves).SelectMany(c => c.Tests).Any(t => t.Test is not null)
                ? "No metric breaks: where there are scales enough to tell, smooth laws describe all of them."
                : "Too few scales, or too few independent runs or trunks, to tell a break from a smooth law: nothing here says that anything emerges, or that it does not.";
        }
    }

    private static string Verdict(EmergenceAnalysis analysis, MetricCurve curve, AxisTest test)
    {
        var (name, at) = (curve.Metric.Column, $"{test.Axis} = {Scale(test)} (p = {P(test.PValue!.Value)})");
        if (!curve.Improves(test))
        {
            return $"{name} falls behind its smooth law at {at}.";
        }

        if (curve.Metric.Companion is not { } companion)
        {
            return $"{name} emerges at {at}: it is continuous, and no smooth law describes it.";
        }

        return analysis.Companion(curve)?.Tests.FirstOrDefault(t => t.Axis == test.Axis) switch
        {
            { Breaks: true } other => $"{name} emerges at {at}, and {companion}, which has no threshold, breaks too, at {Scale(other)} (p = {P(other.PValue!.Value)}).",
            { PValue: { } p } => $"{name} breaks at {at}, but {companion}, which measures the same without a threshold, does not (p = {P(p)}): the break is the threshold's.",
            _ => $"{name} breaks at {at}; {companion}, which would say whether that is the threshold's doing, was not tested.",
        };
    }

    private static string Cell(AxisTest test) => test.PValue is { } p
        ? test.Breaks ? $"p = {P(p)} at {Scale(test)}" : $"none (p = {P(p)})"
        : "too few";

    private static string Scale(AxisTest test) => test.Axis == ScaleAxis.C ? $"{ReportNumber.Of(test.Test!.At)} FLOP" : ReportNumber.Count(test.Test!.At);

    private static string P(double value) => value.ToString(value < 0.01 ? "0.000" : "0.00", CultureInfo.InvariantCulture);
}
