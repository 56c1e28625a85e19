using Spectre.Console;
using Spectre.Console.Rendering;

namespace ScaleLab.Cli.Output;

/// <summary>A table of plain text, left column left and the others right; the same on a terminal and in a pipe.</summary>
internal static class TextTable
{
    // Tables are at most this wide; a narrower width would fold cells where standard output is a pipe.
    private const int Width = 160;

    public static void Write(TextWriter output, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.None, UseSafeBorder = true };
        for (var i = 0; i < header.Count; i++)
        {
            table.AddColumn(new TableColumn(new Text(header[i])) { Alignment = i == 0 ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => (IRenderable)new Text(cell)));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Width;
        console.Write(table);
    }
}
