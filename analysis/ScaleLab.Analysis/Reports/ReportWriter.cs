using System.Text;
using ScaleLab.Analysis.Figures;

namespace ScaleLab.Analysis.Reports;

/// <summary>Where a report came to lie.</summary>
/// <param name="Html">The page.</param>
/// <param name="Figures">Their SVG files.</param>
/// <param name="Tables">As Markdown and as LaTeX.</param>
public sealed record ReportPaths(string Html, IReadOnlyList<string> Figures, IReadOnlyList<string> Tables);

/// <summary>One HTML file that needs nothing else, and its figures and tables as files beside it.</summary>
public static class ReportWriter
{
    private static readonly string[] DataFiles = ["results.csv", "curves.csv", "fit.json"];

    /// <summary>The figures of a sweep, in the order of the report.</summary>
    public static IReadOnlyList<Figure> Figures(ReportInput input)
    {
        var (fit, points) = (input.Analysis.Fit, input.Analysis.Table.Observations);
        return
        [
            LossAgainstCompute.From(fit, points, input.Curves, input.Sizes) with { Floor = input.Analysis.Table.Floor },
            IsoFlopParabolas.From(points),
            ComputeOptimal.From(fit, points, input.Unit),
            LossContours.From(fit, points, input.Unit),
            Parity.From(fit, points, input.Unit),
            Profiles.From(input.Analysis.Table, fit),
            BootstrapCloud.From(fit),
            HoldoutErrors.From(input.Analysis),
            .. input.Emergence.Families.Select(f => new EmergenceCurves(f.Figure, f.Title, f.Curves, input.Unit)),
        ];
    }

    /// <summary>Writes <c>report.html</c>, <c>figures/</c>, <c>tables.md</c> and <c>tables.tex</c>. Odd data are reported, never an exception; only the disk may fail.</summary>
    /// <param name="input">What to tell.</param>
    /// <param name="folder">Made where it is missing; the page links the results.csv, curves.csv and fit.json that lie in it.</param>
    public static ReportPaths Write(ReportInput input, string folder)
    {
        var figures = Figures(input);
        var drawn = FigureFiles.Write(Path.Combine(folder, "figures"), figures);
        List<string> tables = [Path.Combine(folder, "tables.md"), Path.Combine(folder, "tables.tex")];
        foreach (var (path, format) in tables.Zip(PaperTables.Formats))
        {
            File.WriteAllText(path, PaperTables.Write(input.Analysis, input.Unit, format), new UTF8Encoding(false));
        }

        var page = Path.Combine(folder, "report.html");
        var html = ReportPage.Write(input, drawn, [.. figures.Where(f => f.IsEmpty)], [.. DataFiles.Where(file => File.Exists(Path.Combine(folder, file)))]);

        // Last, and whole or not at all: a page that is there is a report that was finished.
        File.WriteAllText(page + ".tmp", html, new UTF8Encoding(false));
        File.Move(page + ".tmp", page, overwrite: true);
        return new(page, [.. drawn.Select(d => Path.Combine(folder, "figures", $"{d.Figure.Name}.svg"))], tables);
    }
}
