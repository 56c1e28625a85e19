using System.Globalization;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis.Reports;

/// <summary>The page: no script, no request to anywhere, readable as it is.</summary>
internal static class ReportPage
{
    /// <param name="input">What it tells.</param>
    /// <param name="figures">Drawn, in this order.</param>
    /// <param name="empty">Those that have nothing to show, each with its reason.</param>
    /// <param name="files">Data beside the page, to be linked.</param>
    public static string Write(ReportInput input, IReadOnlyList<DrawnFigure> figures, IReadOnlyList<Figure> empty, IReadOnlyList<string> files)
    {
        var html = new Html();
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{input.Title} – ScaleLab</title>");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        html.Add(new Html.Raw($"<style>\n{ReportStyle.Css}\n</style>\n</head>\n<body>"));
        Section(html, () => Head(html, input));
        Section(html, () => PredictionSection.Write(html, input));
        Section(html, () => LawSection.Write(html, input.Analysis));
        Section(html, () => LawSection.Holdout(input.Analysis.Choice)?.Write(html));
        Section(html, () => Limits(html, input.Analysis.Fit));
        Section(html, () => QualitySection.Write(html, input));
        Section(html, () => EmergenceSection.Write(html, input));
        Section(html, () => FrontierSection.Write(html, input));
        Section(html, () => Figures(html, figures, empty, files));
        Section(html, () => RunsSection.Write(html, input));
        Section(html, () => Provenance(html, input));
        Section(html, () => Json(html, input.Analysis));
        html.Add($"</body>\n</html>");
        return html.ToString();
    }

    // A report is read when something went wrong: one part that cannot be made must not take the others with it.
    private static void Section(Html html, Action write)
    {
        var before = html.Length;
        try
        {
            write();
        }
        catch (Exception e)
        {
            html.Rewind(before);
            html.Add($"<p class=\"law refused\">This part of the report could not be made: {e.Message}</p>");
        }
    }

    private static void Head(Html html, ReportInput input)
    {
        var points = input.Analysis.Table.Observations;
        html.Add($"<h1>{input.Title}</h1>");
        html.Add($"<p class=\"lead\">{(points.Count == 0
            ? "No usable run."
            : $"{points.Count} runs, {Span(points.Select(p => p.N))} parameters, {Span(points.Select(p => p.D))} {input.Unit}, {ReportNumber.Of(points.Max(p => p.C))} FLOP at most.")}</p>");
    }

    private static void Limits(Html html, Fit fit)
    {
        var limits = LawSection.Limits(fit).ToList();
        if (limits.Count == 0)
        {
            return;
        }

        html.Add($"<h2 id=\"limits\">What these runs do not tell</h2>\n<ul>");
        foreach (var limit in limits)
        {
            html.Add($"<li>{limit}</li>");
        }

        html.Add($"</ul>");
    }

    private static void Figures(Html html, IReadOnlyList<DrawnFigure> figures, IReadOnlyList<Figure> empty, IReadOnlyList<string> files)
    {
        html.Add($"<h2 id=\"figures\">Figures</h2>\n<div class=\"figures\">");
        foreach (var (figure, svg) in figures)
        {
            html.Add($"<figure id=\"{figure.Name}\" class=\"{(figure.IsWide ? "wide" : "")}\"><h3>{figure.Title}</h3><div class=\"card\">");
            html.Add(new Html.Raw(svg));
            html.Add($"</div><figcaption>{figure.Caption} <a href=\"figures/{figure.Name}.svg\">SVG</a> · <a href=\"figures/{figure.Name}.png\">PNG</a> · <a href=\"figures/{figure.Name}.pdf\">PDF</a>");
            foreach (var file in figure.Files.Intersect(files))
            {
                html.Add($" · <a href=\"{file}\">{file}</a>");
            }

            html.Add($"</figcaption></figure>");
        }

        html.Add($"</div>");
        if (empty.Count > 0)
        {
            html.Add($"<p class=\"caption\">Not drawn: {string.Join(" ", empty.Select(f => $"{f.Title}. {LawSection.Sentence(f.Note)}"))}</p>");
        }

        html.Add($"<p class=\"caption\">The tables of this page for a paper: <a href=\"tables.md\">Markdown</a> · <a href=\"tables.tex\">LaTeX</a></p>");
    }

    private static void Provenance(Html html, ReportInput input)
    {
        html.Add($"<h2 id=\"provenance\">How this was made</h2>\n<dl>");
        Fact[] facts = [new("Data", input.Analysis.Table.Source), new("Command", input.Command), new("ScaleLab", input.Version), .. input.Facts];
        foreach (var (name, value) in facts.Where(f => f.Value.Length > 0))
        {
            html.Add($"<dt>{name}</dt><dd>{value}</dd>");
        }

        html.Add($"</dl>");
        if (input.Spec.Length > 0)
        {
            html.Add($"<p>The sweep, as written:</p>\n<pre><code>{input.Spec}</code></pre>");
        }
    }

    private static void Json(Html html, SweepAnalysis analysis)
    {
        foreach (var fit in analysis.Others.Prepend(analysis.Fit))
        {
            // '<' would let a run's name end the element; inside JSON strings it may be written so.
            html.Add($"<script type=\"application/json\" id=\"fit-{fit.Law}\">");
            html.Add(new Html.Raw(fit.ToJson().Replace("<", "\\u003c", StringComparison.Ordinal)));
            html.Add($"</script>");
        }
    }

    private static string Span(IEnumerable<double> values)
    {
        var (low, high) = (ReportNumber.Count(values.Min()), ReportNumber.Count(values.Max()));
        return low == high ? low : string.Create(CultureInfo.InvariantCulture, $"{low} to {high}");
    }
}
