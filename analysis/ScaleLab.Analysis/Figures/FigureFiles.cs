using System.Text;

namespace ScaleLab.Analysis.Figures;

/// <param name="Figure">What it shows.</param>
/// <param name="Svg">An <c>svg</c> element for use inside HTML.</param>
public sealed record DrawnFigure(Figure Figure, string Svg);

public static class FigureFiles
{
    /// <summary>Kinds of files, all of which are written unless told otherwise.</summary>
    public static readonly IReadOnlyList<string> Formats = ["svg", "png", "pdf"];

    /// <summary>
    /// Writes <c>NAME.svg</c>, whose texts are outlines, <c>NAME.png</c> and <c>NAME.pdf</c>, which brings its font. Of a figure without content, no file is
    /// left either.
    /// </summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="figures">Empty ones are not drawn.</param>
    /// <param name="look">Null for a column on a screen.</param>
    /// <param name="formats">Some of <see cref="Formats"/>; null for all.</param>
    public static IReadOnlyList<DrawnFigure> Write(string folder, IEnumerable<Figure> figures, Look? look = null, IReadOnlyCollection<string>? formats = null)
    {
        Directory.CreateDirectory(folder);
        var drawn = new List<DrawnFigure>();
        foreach (var figure in figures)
        {
            string Path(string format) => System.IO.Path.Combine(folder, $"{figure.Name}.{format}");
            if (figure.IsEmpty)
            {
                foreach (var format in Formats)
                {
                    File.Delete(Path(format));
                }

                continue;
            }

            var sheet = figure.Draw(look ?? new());
            var svg = sheet.Svg(figure.Name, figure.Title);
            foreach (var format in formats ?? Formats)
            {
                File.WriteAllBytes(Path(format), format switch
                {
                    "png" => sheet.Png(),
                    "pdf" => sheet.Pdf(figure.Title),
                    _ => Encoding.UTF8.GetBytes(SvgText.Standalone(svg)),
                });
            }

            drawn.Add(new(figure, svg));
        }

        return drawn;
    }
}
