using ScaleLab.Contracts.Text;

namespace ScaleLab.Contracts.Models;

/// <summary>One dial, the width, sets everything else of a model: turned until the size is right.</summary>
internal static class SizeDial
{
    private const int LargestWidth = 32_768;

    /// <param name="target">Wanted N.</param>
    /// <param name="at">The shape of a width; null where that width has none. N grows with the width.</param>
    /// <param name="none">What to say where no width has a shape.</param>
    /// <param name="finer">Divides the steps of the width.</param>
    /// <exception cref="InputException">No shape comes within 30 % of the target.</exception>
    public static T Nearest<T>(double target, Func<int, T?> at, string none, int finer = 1)
        where T : ModelShape
    {
        // Counts grow with the width, so the first shape above the target ends the search.
        T? below = null;
        for (var width = 16; width <= LargestWidth; width += Step(width) / finer)
        {
            if (at(width) is not { } shape)
            {
                continue;
            }

            if (shape.Parameters.Total >= target)
            {
                return Within(below is not null && target / below.Parameters.Total < shape.Parameters.Total / target ? below : shape, target);
            }

            below = shape;
        }

        return Within(below ?? throw new InputException(none), target);
    }

    /// <summary>Heads of about the width that models of this size have, each of even width.</summary>
    /// <param name="width">Even.</param>
    public static int Heads(int width)
    {
        var wanted = width switch { < 64 => 16, < 512 => 32, < 2048 => 64, _ => 128 };
        var heads = Math.Max(1, width / wanted);
        while (width % heads != 0 || (width / heads) % 2 != 0)
        {
            heads--;
        }

        return heads;
    }

    // Fine enough that some shape lies within 30 % of any size, coarse enough for kernels.
    private static int Step(int width) => width switch { < 32 => 4, < 128 => 8, < 1024 => 16, _ => 128 };

    private static T Within<T>(T shape, double target)
        where T : ModelShape
    {
        var n = shape.Parameters.Total;
        return n <= 1.3 * target && target <= 1.3 * n
            ? shape
            : throw new InputException(
                $"no model of this recipe has about {Quantity.Format(target)} parameters; the nearest has {Quantity.Format(n)} ({shape.Dial})");
    }
}
