using System.CommandLine;
using ScaleLab.Analysis.Figures;

namespace ScaleLab.Cli.Commands;

/// <summary>How figures are drawn, and as what files.</summary>
internal sealed class LookArguments
{
    private readonly Option<string> _size = new("--size") { Description = "column: panels above each other; page: side by side", DefaultValueFactory = _ => "column" };
    private readonly Option<string> _style = new("--style") { Description = "screen; or paper: 3.25 inches wide (column) or 6.75 (page), text of 7 to 8 points, PNG at 300 dots an inch", DefaultValueFactory = _ => "screen" };
    private readonly Option<string[]> _format = new("--format") { Description = "svg, png or pdf, several times for several (default: all)", AllowMultipleArgumentsPerToken = true };

    public LookArguments()
    {
        _size.AcceptOnlyFromAmong("column", "page");
        _style.AcceptOnlyFromAmong("screen", "paper");
        _format.AcceptOnlyFromAmong([.. FigureFiles.Formats]);
    }

    public IReadOnlyList<Option> Options => [_size, _style, _format];

    /// <summary>Draws them and names the first file of each.</summary>
    public void Write(ParseResult parse, TextWriter output, TextWriter error, string folder, IReadOnlyList<Figure> figures)
    {
        var formats = parse.GetValue(_format) is { Length: > 0 } some ? some : [.. FigureFiles.Formats];
        var look = new Look(Enum.Parse<FigureSize>(parse.GetRequiredValue(_size), ignoreCase: true), Enum.Parse<FigureStyle>(parse.GetRequiredValue(_style), ignoreCase: true));
        foreach (var (figure, _) in FigureFiles.Write(folder, figures, look, formats))
        {
            output.WriteLine(Path.Combine(folder, $"{figure.Name}.{formats[0]}"));
        }

        foreach (var figure in figures.Where(f => f.IsEmpty))
        {
            error.WriteLine($"not drawn: {figure.Name}: {figure.Note}");
        }
    }
}
