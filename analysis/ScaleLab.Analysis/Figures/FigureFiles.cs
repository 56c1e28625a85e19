using System.Text;

namespace ScaleLab.Analysis.Figures;

/// <param name="Figure">What it shows.</param>
/// <param name="Svg">An <c>svg</c> element for use inside HTML.</param>
public sealed record DrawnFigure(Figure Figure, string Svg);

public static class FigureFiles
{
    /// <summary>Writes <c>NAME.svg</c>, whose texts are outlines, and <c>NAME.png</c>, two pixels to each of its units.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="figures">Each is drawn twice.</param>
    public static IReadOnlyList<DrawnFigure> Write(string folder, IEnumerable<Figure> figures)
    {
        Directory.CreateDirectory(folder);
        var drawn = new List<DrawnFigure>();
        foreach (var figure in figures)
        {
            var sheet = figure.Draw();
            var svg = sheet.Svg(figure.Name, figure.Title);
            File.WriteAllText(Path.Combine(folder, $"{figure.Name}.svg"), SvgText.Standalone(svg), new UTF8Encoding(false));
            File.WriteAllBytes(Path.Combine(folder, $"{figure.Name}.png"), sheet.Png());
            drawn.Add(new(figure, svg));
        }

        return drawn;
    }
}
