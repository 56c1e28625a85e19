using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>Colours that the colour-blind can tell apart, on white.</summary>
internal static class Palette
{
    public static readonly Color Ink = Color.FromHex("#1f2328");
    public static readonly Color Muted = Color.FromHex("#6e7781");

    // Okabe and Ito (2008), without the yellow, which is lost on white.
    public static readonly Color Blue = Color.FromHex("#0072b2");
    public static readonly Color Vermillion = Color.FromHex("#d55e00");
    public static readonly Color Green = Color.FromHex("#009e73");

    private static readonly Color[] Categories = [Blue, Vermillion, Green, Color.FromHex("#cc79a7"), Color.FromHex("#e69f00"), Color.FromHex("#56b4e9"), Ink];

    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown];

    private static readonly ScottPlot.Colormaps.Viridis Viridis = new();

    /// <summary>Of things that have no order: methods, laws, sweeps.</summary>
    public static Color Category(int i) => Categories[i % Categories.Length];

    /// <summary>Goes with <see cref="Category"/>, for those who print in grey.</summary>
    public static MarkerShape Shape(int i) => Shapes[i % Shapes.Length];

    /// <summary>The colour of a positive value in an ordered series, by its logarithm: viridis, light = small, without its yellow end.</summary>
    public static Color Ordered(double value, double min, double max)
    {
        var position = max > min ? Math.Clamp(Math.Log(value / min) / Math.Log(max / min), 0, 1) : 1;
        return Viridis.GetColor(0.82 * (1 - position));
    }
}
