using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Reports;

/// <summary>Every run with what the law makes of it, then those that did not enter, each with its reason.</summary>
internal static class RunsSection
{
    private const int MostRows = 400;

    public static void Write(Html html, ReportInput input)
    {
        var (fit, observations) = (input.Analysis.Fit, input.Analysis.Table.Observations);
        var rows = input.Rows.GroupBy(r => r.RunKey).ToDictionary(g => g.Key, g => g.First());
        var flagged = fit.Flagged.GroupBy(f => f.Run).ToDictionary(g => g.Key, g => string.Join("; ", g.Select(f => f.Reason)));
        html.Add($"<h2 id=\"runs\">Runs</h2>");
        var table = new ReportTable("run", "#N", $"#D ({input.Unit})", "#D/N", "#C (FLOP)", "#loss", "#± s.e.", "#predicted", "#residual", "flag")
        {
            Caption = $"The {observations.Count} runs of the fit{(observations.Count > MostRows ? $"; the first {MostRows} by N and D are shown" : "")}. {Flagged(fit)}",
        };
        foreach (var point in observations.OrderBy(o => o.N).ThenBy(o => o.D).ThenBy(o => o.Run, StringComparer.Ordinal).Take(MostRows))
        {
            var predicted = fit.Surface?.Loss(point.Scale);
            string[] cells =
            [
                point.Run, ReportNumber.Count(point.N), ReportNumber.Count(point.D), ReportNumber.Of(point.D / point.N), ReportNumber.Of(point.C), ReportNumber.Loss(point.Loss),
                ReportNumber.Loss(rows.TryGetValue(point.Run, out var row) ? row.ValLossSe : null), ReportNumber.Loss(predicted),
                predicted is { } p ? ReportNumber.Percent(100 * ((point.Loss / p) - 1)) : ReportNumber.Missing, flagged.GetValueOrDefault(point.Run, ""),
            ];
            if (flagged.ContainsKey(point.Run))
            {
                table.AddApart(cells);
            }
            else
            {
                table.Add(cells);
            }
        }

        table.Write(html);
        LeftOut(html, input);
    }

    private static string Flagged(Fit fit)
    {
        if (fit.Flagged.Count == 0)
        {
            return "None looks wrong beside the others.";
        }

        var without = fit.WithoutFlagged is { } clean
            ? $" Without them: {string.Join(", ", clean.Parameters.Select(p => $"{p.Key} {ReportNumber.Of(p.Value)}"))}{(clean.A is { } a ? $", a {ReportNumber.Exponent(a)}" : "")}."
            : "";
        return $"Flagged runs (shaded) look wrong and are {(fit.FlaggedExcluded ? "not in the fit" : "in the fit all the same")}.{without}";
    }

    private static void LeftOut(Html html, ReportInput input)
    {
        html.Add($"<h2 id=\"left-out\">What was left out, and why</h2>");

        // What the orchestrator knows of a run goes before what its row says.
        var known = input.LeftOut.Select(l => l.Run).ToHashSet();
        var left = input.LeftOut
            .Select(l => (l.Run, l.Reason))
            .Concat(input.Analysis.Table.LeftOut.Where(l => !known.Contains(l.Run)).Select(l => (l.Run, l.Reason)))
            .ToList();
        if (left.Count == 0)
        {
            html.Add($"<p>Nothing: every row of {input.Analysis.Table.Source} is in the fit.</p>");
            return;
        }

        var table = new ReportTable("run", "why")
        {
            Caption = $"{(left.Count == 1 ? "One row is" : $"{left.Count} rows are")} not in the fit{(left.Count > MostRows ? $"; the first {MostRows} are shown" : "")}.",
        };
        foreach (var (run, reason) in left.Take(MostRows))
        {
            table.Add(run, reason);
        }

        table.Write(html);
    }
}
