using ScaleLab.Analysis.Fonts;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>One pair of axes in the style of the house: both logarithmic unless told otherwise, no frame at the top and right.</summary>
internal sealed class Panel
{
    private const float TextSize = 12;

    static Panel() => FigureFont.Use();

    public Panel(Axis x, Axis y)
    {
        X = x;
        Y = y;
        Plot.RenderManager.ClearCanvasBeforeEachRender = false;
        // No frame there, but room for half a tick label.
        Plot.Axes.Right.FrameLineStyle.IsVisible = false;
        Plot.Axes.Right.MinimumSize = Plot.Axes.Right.MaximumSize = 16;
        Plot.Axes.Top.FrameLineStyle.IsVisible = false;
        Plot.Axes.Top.MinimumSize = Plot.Axes.Top.MaximumSize = 10;
        Plot.Axes.Title.IsVisible = false;

        // Panels above each other begin at the same line.
        Plot.Axes.Left.MinimumSize = 54;
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

    public void Markers(IEnumerable<PlotPoint> points, Color color, float size = 6, bool hollow = false, MarkerShape shape = MarkerShape.FilledCircle)
    {
        var positions = Positions(points);
        if (positions.Length == 0)
        {
            return;
        }

        var markers = Plot.Add.ScatterPoints(positions);
        markers.MarkerStyle = new MarkerStyle(shape, size) { FillColor = hollow ? Colors.White : color, LineColor = hollow ? color : Colors.White, LineWidth = hollow ? 1.5f : .6f, OutlineColor = hollow ? color : Colors.White, OutlineWidth = hollow ? 1.5f : .6f };
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

        var note = Plot.Add.Annotation(text, corner);
        note.LabelBackgroundColor = Colors.White.WithAlpha(.9);
        note.LabelBorderWidth = 0;
        note.LabelShadowColor = Colors.Transparent;
        note.LabelFontColor = color ?? Palette.Ink;
        note.LabelFontSize = TextSize - 1;
        note.OffsetX = note.OffsetY = 4;
    }

    /// <summary>A key of markers without a box.</summary>
    public void Key(IEnumerable<(string Text, Color Color)> entries, Alignment corner)
    {
        Plot.Legend.BackgroundColor = Colors.Transparent;
        Plot.Legend.OutlineWidth = 0;
        Plot.Legend.ShadowColor = Colors.Transparent;
        Plot.Legend.FontSize = TextSize - 1;
        Plot.Legend.FontColor = Palette.Ink;
        Plot.Legend.SymbolWidth = 10;
        Plot.Legend.InterItemPadding = new PixelPadding(0, 2);
        Plot.Legend.Margin = new PixelPadding(2);
        Plot.ShowLegend(
            entries.Select(e => new LegendItem { LabelText = e.Text, MarkerShape = MarkerShape.FilledCircle, MarkerSize = 7, MarkerColor = e.Color, LabelFontSize = TextSize - 1, LabelFontColor = Palette.Ink }),
            corner);
    }

    // What cannot stand on a logarithmic axis (zero, NaN) is not drawn; tables show it.
    private Coordinates[] Positions(IEnumerable<PlotPoint> points) =>
        [.. points.Select(p => new Coordinates(X.Position(p.X), Y.Position(p.Y))).Where(c => double.IsFinite(c.X) && double.IsFinite(c.Y))];

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
