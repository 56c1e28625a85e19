using ScaleLab.Analysis.Fonts;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>One pair of axes in the style of the house: both logarithmic unless told otherwise, no frame at the top and right.</summary>
internal sealed class Panel
{
    /// <summary>Units.</summary>
    public const float RightMargin = 16;

    private const float TextSize = 12;

    // Of a panel's inside where its real size is not known yet, and of a line of the key.
    private const double UsualWidth = 340;
    private const double UsualHeight = 230;
    private const double KeyLine = 15;
    private const double LetterWidth = 6.5;

    private static readonly Alignment[] Corners = [Alignment.UpperRight, Alignment.UpperLeft, Alignment.LowerLeft, Alignment.LowerRight];

    private readonly List<Coordinates> _drawn = [];

    private readonly HashSet<Alignment> _taken = [];

    static Panel() => FigureFont.Use();

    public Panel(Axis x, Axis y)
    {
        X = x;
        Y = y;
        Plot.RenderManager.ClearCanvasBeforeEachRender = false;
        // No frame there, but room for half a tick label.
        Plot.Axes.Right.FrameLineStyle.IsVisible = false;
        Plot.Axes.Right.MinimumSize = Plot.Axes.Right.MaximumSize = RightMargin;
        Plot.Axes.Top.FrameLineStyle.IsVisible = false;
        Plot.Axes.Top.MinimumSize = Plot.Axes.Top.MaximumSize = 10;
        Plot.Axes.Title.IsVisible = false;

        // Panels above each other begin at the same line.
        Plot.Axes.Left.MinimumSize = 58;
        Style(Plot.Axes.Bottom, x);
        Style(Plot.Axes.Left, y);
        Plot.Axes.SetLimits(x.Position(x.Min), x.Position(x.Max), y.Position(y.Min), y.Position(y.Max));
        Plot.Grid.MajorLineColor = Colors.Black.WithAlpha(.08);
        Plot.Grid.MinorLineColor = Colors.Black.WithAlpha(.04);
        Plot.Grid.MinorLineWidth = 1;
        Plot.HideLegend();
    }

    public Plot Plot { get; } = new();

    public Axis X { get; }

    public Axis Y { get; }

    /// <summary>Print wants no grid.</summary>
    public void Wear(Look look) => Plot.Grid.IsVisible = !look.IsPaper;

    public void Line(IEnumerable<PlotPoint> points, Color color, float width = 1.5f, bool dashed = false)
    {
        var positions = Positions(points);
        if (positions.Length < 2)
        {
            return;
        }

        if (dashed)
        {
            Plot.Add.Plottable(new DashedLine(positions, color, width));
            return;
        }

        Plot.Add.ScatterLine(positions, color).LineWidth = width;
    }

    /// <summary>The line where nothing is left over.</summary>
    public void Zero() => Line([new(X.Min, 0), new(X.Max, 0)], Palette.Muted, 1);

    public void Markers(IEnumerable<PlotPoint> points, Color color, float size = 6, bool hollow = false, MarkerShape shape = MarkerShape.FilledCircle, bool bare = false)
    {
        var positions = Positions(points);
        if (positions.Length == 0)
        {
            return;
        }

        var markers = Plot.Add.ScatterPoints(positions);
        var (edge, width) = hollow ? (color, 1.5f) : (Colors.White, bare ? 0 : .6f);
        markers.MarkerStyle = new MarkerStyle(shape, size) { FillColor = hollow ? Colors.White : color, LineColor = edge, LineWidth = width, OutlineColor = edge, OutlineWidth = width };
    }

    public void Band(IEnumerable<(double X, double Lower, double Upper)> band, Color color)
    {
        var positions = band
            .Select(b => (X.Position(b.X), Y.Position(b.Lower), Y.Position(b.Upper)))
            .Where(b => double.IsFinite(b.Item1) && double.IsFinite(b.Item2) && double.IsFinite(b.Item3))
            .ToList();
        if (positions.Count > 1)
        {
            var fill = Plot.Add.FillY(positions);
            fill.FillColor = color.WithAlpha(.2);
            fill.LineWidth = 0;
            fill.MarkerSize = 0;
        }
    }

    public void Text(PlotPoint at, string text, Color color, Alignment alignment, float dx = 0, float dy = 0, bool halo = false)
    {
        var label = Plot.Add.Text(text, X.Position(at.X), Y.Position(at.Y));
        label.LabelFontColor = color;
        label.LabelFontSize = TextSize - 1;
        label.LabelAlignment = alignment;
        label.LabelBackgroundColor = halo ? Colors.White.WithAlpha(.9) : Colors.Transparent;
        label.LabelPadding = halo ? 1 : 0;
        label.OffsetX = dx;
        label.OffsetY = dy;
    }

    /// <summary>What has to be said instead of drawn, or beside it, in a corner of the panel.</summary>
    public void Note(string text, Alignment corner = Alignment.UpperCenter, Color? color = null)
    {
        if (text.Length == 0)
        {
            return;
        }

        _taken.Add(corner);
        var note = Plot.Add.Annotation(text, corner);
        note.LabelBackgroundColor = Colors.White.WithAlpha(.9);
        note.LabelBorderWidth = 0;
        note.LabelShadowColor = Colors.Transparent;
        note.LabelFontColor = color ?? Palette.Ink;
        note.LabelFontSize = TextSize - 1;
        note.OffsetX = note.OffsetY = 4;
    }

    public void Key(IEnumerable<(string Text, Color Color)> entries) => Key(entries.Select(e => (e.Text, e.Color, MarkerShape.FilledCircle)));

    /// <summary>A key of markers without a box, in the corner where it hides least.</summary>
    public void Key(IEnumerable<(string Text, Color Color, MarkerShape Shape)> entries)
    {
        var items = entries.ToList();
        if (items.Count == 0)
        {
            return;
        }

        var corner = Free(30 + (LetterWidth * items.Max(e => e.Text.Length)), 10 + (KeyLine * items.Count));
        Plot.Legend.BackgroundColor = Colors.Transparent;
        Plot.Legend.OutlineWidth = 0;
        Plot.Legend.ShadowColor = Colors.Transparent;
        Plot.Legend.FontSize = TextSize - 1;
        Plot.Legend.FontColor = Palette.Ink;
        Plot.Legend.SymbolWidth = 10;
        Plot.Legend.InterItemPadding = new PixelPadding(0, 2);
        Plot.Legend.Margin = new PixelPadding(2);
        Plot.ShowLegend(
            items.Select(e => new LegendItem { LabelText = e.Text, MarkerShape = e.Shape, MarkerSize = 7, MarkerColor = e.Color, LabelFontSize = TextSize - 1, LabelFontColor = Palette.Ink }),
            corner);
    }

    /// <summary>A note in grey, in the corner where it hides least.</summary>
    public void Aside(string text)
    {
        if (text.Length > 0)
        {
            var lines = text.Split('\n');
            Note(text, Free(LetterWidth * lines.Max(l => l.Length), 8 + (KeyLine * lines.Length)), Palette.Muted);
        }
    }

    // Where something as large as that hides least of what is drawn so far; where it would hide something everywhere, the panel grows at the top.
    private Alignment Free(double units, double high)
    {
        var (width, height) = (units / UsualWidth, high / UsualHeight);
        var limits = Plot.Axes.GetLimits();
        int Hidden(Alignment corner) => _drawn.Count(p =>
        {
            var (x, y) = ((p.X - limits.Left) / limits.HorizontalSpan, (p.Y - limits.Bottom) / limits.VerticalSpan);
            return (corner is Alignment.UpperRight or Alignment.LowerRight ? x > 1 - width : x < width) && (corner is Alignment.UpperLeft or Alignment.UpperRight ? y > 1 - height : y < height);
        });
        var best = Corners.Where(c => !_taken.Contains(c)).MinBy(Hidden);
        if (Hidden(best) == 0)
        {
            return best;
        }

        Plot.Axes.SetLimitsY(limits.Bottom, limits.Top + (limits.VerticalSpan * height / (1 - height)));
        return Hidden(Alignment.UpperRight) <= Hidden(Alignment.UpperLeft) ? Alignment.UpperRight : Alignment.UpperLeft;
    }

    // What cannot stand on a logarithmic axis (zero, NaN) is not drawn; tables show it.
    private Coordinates[] Positions(IEnumerable<PlotPoint> points)
    {
        Coordinates[] positions = [.. points.Select(p => new Coordinates(X.Position(p.X), Y.Position(p.Y))).Where(c => double.IsFinite(c.X) && double.IsFinite(c.Y))];
        _drawn.AddRange(positions);
        return positions;
    }

    private static void Style(IAxis axis, Axis meaning)
    {
        axis.Label.Text = meaning.Label;
        axis.Label.FontSize = TextSize;
        axis.Label.Bold = false;
        axis.Label.ForeColor = Palette.Ink;
        axis.TickLabelStyle.FontSize = TextSize - 1;
        axis.TickLabelStyle.ForeColor = Palette.Ink;
        axis.FrameLineStyle.Color = Palette.Ink;
        axis.FrameLineStyle.Width = 1;
        axis.MajorTickStyle.Color = Palette.Ink;
        axis.MajorTickStyle.Length = 4;
        axis.MinorTickStyle.Color = Palette.Ink;
        axis.MinorTickStyle.Length = 2;
        axis.TickGenerator = meaning.Ticks;
    }
}
