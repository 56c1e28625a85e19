namespace ScaleLab.Contracts.Models;

/// <summary>Finds the language model nearest to a wanted size. One dial, the width, sets everything else.</summary>
public static class LanguageModelFamily
{
    private const int LargestWidth = 32_768;

    /// <param name="target">Wanted parameters, all of them counted.</param>
    /// <param name="options">The sweep's choices.</param>
    /// <param name="vocabulary">Size of the corpus's vocabulary.</param>
    /// <returns>The shape whose parameter count is nearest to <paramref name="target"/> by ratio.</returns>
    /// <exception cref="InputException">No shape comes within 30 % of the target, or the options contradict each other.</exception>
    public static LanguageModelShape Solve(double target, LanguageModelOptions options, int vocabulary)
    {
        if (options.Context < 2)
        {
            throw new InputException($"context {options.Context} is too short; at least 2");
        }

        // Counts grow with the width, so the first shape above the target ends the search.
        LanguageModelShape? below = null;
        for (var width = 16; width <= LargestWidth; width += Step(width))
        {
            if (At(width, options, vocabulary) is not { } shape)
            {
                continue;
            }

            if (shape.Parameters.Total < target)
            {
                below = shape;
                continue;
            }

            var nearest = below is not null && target / below.Parameters.Total < shape.Parameters.Total / target ? below : shape;
            return Within(nearest, target);
        }

        return Within(below ?? throw new InputException($"no width can be cut into {options.Heads} heads of even width"), target);
    }

    // Depth ∝ width^0.6 and a hidden layer of 8/3 width follow the shapes that Llama-like ladders use, down to toy sizes.
    private static LanguageModelShape? At(int width, LanguageModelOptions options, int vocabulary)
    {
        var heads = options.Heads ?? Heads(width);
        return width % heads != 0 || (width / heads) % 2 != 0
            ? null
            : new LanguageModelShape
            {
                Vocabulary = vocabulary,
                Context = options.Context,
                Width = width,
                Depth = options.Depth ?? Math.Max(2, (int)Math.Round(Math.Pow(width, 0.6) / 5)),
                Heads = heads,
                FeedForward = (int)Math.Ceiling(width * 8 / 3.0 / 16) * 16,
                Tied = options.Tied,
            };
    }

    // Fine enough that some shape lies within 30 % of any size, coarse enough for kernels.
    private static int Step(int width) => width switch { < 32 => 4, < 128 => 8, < 1024 => 16, _ => 128 };

    private static int Heads(int width)
    {
        var wanted = width switch { < 64 => 16, < 512 => 32, < 2048 => 64, _ => 128 };
        var heads = Math.Max(1, width / wanted);
        while (width % heads != 0 || (width / heads) % 2 != 0)
        {
            heads--;
        }

        return heads;
    }

    private static LanguageModelShape Within(LanguageModelShape shape, double target)
    {
        var n = shape.Parameters.Total;
        return n <= 1.3 * target && target <= 1.3 * n
            ? shape
            : throw new InputException(
                $"no model of this recipe has about {Text.Quantity.Format(target)} parameters; the nearest has {Text.Quantity.Format(n)} (width {shape.Width}, vocabulary {shape.Vocabulary})");
    }
}
