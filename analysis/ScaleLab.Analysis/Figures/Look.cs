namespace ScaleLab.Analysis.Figures;

/// <summary>How wide a figure is: a column of text, or a whole page of two.</summary>
public enum FigureSize
{
    /// <summary>Panels above each other.</summary>
    Column,

    /// <summary>Panels side by side.</summary>
    Page,
}

/// <summary>Where a figure is looked at.</summary>
public enum FigureStyle
{
    /// <summary>On a page or a slide: large, with a faint grid.</summary>
    Screen,

    /// <summary>In print: 3.25 or 6.75 inches wide, the columns of a two-column venue, text of 7 to 8 points, black on white without a grid.</summary>
    Paper,
}

/// <summary>Size and style of a figure. Figures are laid out in units in which text is 12 high; a look says how many of them go side by side, and how large one is.</summary>
/// <param name="Size">How wide.</param>
/// <param name="Style">Where it is looked at.</param>
public sealed record Look(FigureSize Size = FigureSize.Column, FigureStyle Style = FigureStyle.Screen)
{
    private const double DotsPerInch = 300;

    public bool IsPage => Size == FigureSize.Page;

    public bool IsPaper => Style == FigureStyle.Paper;

    /// <summary>Units.</summary>
    internal int Width => (IsPaper, IsPage) switch { (false, false) => 420, (false, true) => 860, (true, false) => 360, (true, true) => 747 };

    /// <summary>CSS pixels (96 to the inch) to a unit.</summary>
    internal double Scale => IsPaper ? 13.0 / 15 : 1;

    /// <summary>Pixels of a PNG to a unit.</summary>
    internal double Density => IsPaper ? Scale * DotsPerInch / 96 : 2;
}
