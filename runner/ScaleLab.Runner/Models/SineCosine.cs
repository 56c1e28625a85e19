using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>
/// Fixed position tables of patches in row-major order, float64, one row to a patch. An axis of width k is [sin pω | cos pω] with ω_j = 10000^(−2j/k);
/// the flavours differ in which axis comes first, and are not interchangeable. A class token's row is zero, and comes first.
/// </summary>
internal static class SineCosine
{
    private const double Base = 10_000;

    /// <summary>[column | row]: MAE, I-JEPA. (rows·columns, width).</summary>
    /// <param name="width">Of the table.</param>
    /// <param name="rows">In patches.</param>
    /// <param name="columns">In patches.</param>
    /// <param name="stretch">How many patches of the whole image one of these covers: of a small crop that is read as if it were the image.</param>
    public static Tensor ColumnFirst(int width, int rows, int columns, double stretch = 1) =>
        Table(width, [rows, columns], [(1, width / 2), (0, width / 2)], stretch: stretch);

    /// <summary>[row | column]: MoCo v3, V-JEPA for stills. (rows·columns, width).</summary>
    public static Tensor RowFirst(int width, int rows, int columns) =>
        Table(width, [rows, columns], [(0, width / 2), (1, width / 2)]);

    /// <summary>[frame | row | column], a third of the width for each axis, the last cut short: V-JEPA, its <c>uniform_power</c>. (frames·rows·columns, width).</summary>
    /// <param name="width">Of the table.</param>
    /// <param name="frames">Of the clip, in tubelets.</param>
    /// <param name="rows">In patches.</param>
    /// <param name="columns">In patches.</param>
    public static Tensor Volume(int width, int frames, int rows, int columns)
    {
        var third = (width + 5) / 6 * 2;
        return Table(width, [frames, rows, columns], [(0, third), (1, third), (2, third)]);
    }

    private static Tensor Table(int width, int[] grid, (int Axis, int Width)[] parts, double stretch = 1)
    {
        var table = new double[grid.Aggregate(1, (product, n) => product * n), width];
        var position = new int[grid.Length];
        for (var row = 0; row < table.GetLength(0); row++)
        {
            for (var (axis, rest) = (grid.Length - 1, row); axis >= 0; rest /= grid[axis--])
            {
                position[axis] = rest % grid[axis];
            }

            var column = 0;
            foreach (var (axis, part) in parts)
            {
                var waves = part / 2;
                for (var i = 0; i < part && column < width; i++, column++)
                {
                    var angle = (((position[axis] + 0.5) * stretch) - 0.5) * Math.Pow(Base, -(i % waves) / (double)waves);
                    table[row, column] = i < waves ? Math.Sin(angle) : Math.Cos(angle);
                }
            }
        }

        return tensor(table);
    }
}
