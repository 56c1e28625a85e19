using ScaleLab.Contracts.Text;
using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>Model sizes as a series of colours, and the key to them.</summary>
internal sealed class Sizes
{
    private readonly List<double> _sizes;

    public Sizes(IEnumerable<double> n) => _sizes = [.. n.Where(v => v > 0 && double.IsFinite(v)).Distinct().Order().DefaultIfEmpty(1)];

    public Color Colour(double n) => Palette.Ordered(n, _sizes[0], _sizes[^1]);

    /// <summary>Every size where there are few, else about five, evenly over the scale of colours.</summary>
    public IEnumerable<(string Text, Color Color)> Key() =>
        (_sizes.Count <= 7 ? _sizes : Axis.Between(_sizes[0], _sizes[^1], 5).Select(wanted => _sizes.MinBy(n => Math.Abs(Math.Log(n / wanted)))).Distinct())
            .Select(n => ($"N = {Quantity.Format(n)}", Colour(n)));
}
