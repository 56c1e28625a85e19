using ScottPlot;
using SkiaSharp;

namespace ScaleLab.Analysis.Figures;

/// <summary>A dashed line made of short strokes: Skia's SVG knows no dash patterns and would draw it solid.</summary>
internal sealed class DashedLine(IReadOnlyList<Coordinates> points, Color color, float width) : IPlottable
{
    private const double Dash = 6;
    private const double Gap = 4;

    // Pixels; what goes farther than that is off every sheet.
    private const double Farthest = 1e5;

    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    // The axes' limits are always set by hand.
    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp)
    {
        using var path = Strokes([.. points.Select(Axes.GetPixel)]);
        using var paint = new SKPaint { Color = color.ToSKColor(), StrokeWidth = width, IsStroke = true, IsAntialias = true };
        rp.Canvas.DrawPath(path, paint);
    }

    internal static SKPath Strokes(IReadOnlyList<Pixel> line)
    {
        var path = new SKPath();
        var (drawing, left) = (true, Dash);
        foreach (var (from, to) in line.Zip(line.Skip(1)))
        {
            var length = Math.Sqrt(Math.Pow(to.X - from.X, 2) + Math.Pow(to.Y - from.Y, 2));
            Pixel At(double along) => new(from.X + ((to.X - from.X) * along / length), from.Y + ((to.Y - from.Y) * along / length));
            for (var at = 0.0; at < length && length < Farthest;)
            {
                var end = Math.Min(at + left, length);
                if (drawing)
                {
                    path.MoveTo(At(at).X, At(at).Y);
                    path.LineTo(At(end).X, At(end).Y);
                }

                left -= end - at;
                at = end;
                if (left < .01)
                {
                    (drawing, left) = (!drawing, drawing ? Gap : Dash);
                }
            }
        }

        return path;
    }
}
