using System.Text;
using ScaleLab.Analysis.Figures;

namespace ScaleLab.Analysis.Reports;

/// <summary>Where a report came to lie.</summary>
/// <param name="Html">The page.</param>
/// <param name="Figures">Their SVG files.</param>
public sealed record ReportPaths(string Html, IReadOnlyList<string> Figures);

/// <summary>One HTML file that needs nothing else, and the figures as files beside it.</summary>
public static class ReportWriter
{
    private static readonly string[] DataFiles = ["results.csv", "curves.csv", "fit.json"];

    /// <summary>The figures of a sweep, in the order of the report.</summary>
    public static IReadOnlyList<Figure> Figures(ReportInput input)
    {
        var (fit, points) = (input.Analysis.Fit, input.Analysis.Table.Observations);
        return
        [
            LossAgainstCompute.From(points, input.Curves, input.Sizes),
            LossContours.From(fit, points, input.Unit),
            ComputeOptimal.From(fit, points, input.Unit),
            Parity.From(fit, points, input.Unit),
            .. input.Emergence.Families.Select(f => new EmergenceCurves(f.Figure, f.Title, f.Curves, input.Unit)),
        ];
    }

    /// <summary>Writes <c>report.html</c> and <c>figures/</c>. Odd data are reported, never an exception; only the disk may fail.</summary>
    /// <param name="input">What to tell.</param>
    /// <param name="folder">Made where it is missing; the page links the results.csv, curves.csv and fit.json that lie in it.</param>
    public static ReportPaths Write(ReportInput input, string folder)
    {
        var drawn = FigureFiles.Write(Path.Combine(folder, "figures"), Figures(input));
        var page = Path.Combine(folder, "report.html");
        var html = ReportPage.Write(input, drawn, [.. DataFiles.Where(file => File.Exists(Path.Combine(folder, file)))]);

        // Last, and whole or not at all: a page that is there is a report that was finished.
        File.WriteAllText(page + ".tmp", html, new UTF8Encoding(false));
        File.Move(page + ".tmp", page, overwrite: true);
        return new(page, [.. drawn.Select(d => Path.Combine(folder, "figures", $"{d.Figure.Name}.svg"))]);
    }
}
