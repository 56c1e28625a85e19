using System.Runtime.CompilerServices;

namespace ScaleLab.Runner.Data.Images;

/// <summary>What chance has decided about one view of one image.</summary>
internal readonly struct View
{
    private const int Attempts = 10;
    private const double SmallestSigma = 0.1;
    private const double LargestSigma = 2;

    /// <summary>What is cut out, in pixels of the source.</summary>
    public (int Left, int Top, int Width, int Height) Box { get; private init; }

    public bool Flip { get; private init; }

    public bool Jitter { get; private init; }

    /// <summary>Steps of the jitter in the order in which they happen: 0 brightness, 1 contrast, 2 saturation, 3 hue.</summary>
    public Steps Order { get; private init; }

    /// <summary>By number of the step: three factors, and a turn.</summary>
    public Amounts Factors { get; private init; }

    public bool Gray { get; private init; }

    /// <summary>In pixels of the view; 0 for none.</summary>
    public float Sigma { get; private init; }

    public bool Solarize { get; private init; }

    /// <param name="recipe">The recipe.</param>
    /// <param name="size">Height and width of the source.</param>
    /// <param name="random">Of this view of this sample.</param>
    public static View Draw(ViewRecipe recipe, int size, SplitMix64 random)
    {
        var box = recipe.Crop is { } crop ? Cut(crop, recipe.Aspect, size, ref random) : (0, 0, size, size);
        var flip = random.NextDouble() < recipe.Flip;
        var jitter = recipe.Jitter is { } strengths && random.NextDouble() < strengths.Probability;
        var (order, factors) = (new Steps(), new Amounts());
        if (jitter)
        {
            var s = recipe.Jitter!;
            factors[0] = Factor(s.Brightness, ref random);
            factors[1] = Factor(s.Contrast, ref random);
            factors[2] = Factor(s.Saturation, ref random);
            factors[3] = (float)random.Between(-s.Hue, s.Hue);
            for (var i = 0; i < 4; i++)
            {
                var j = random.Below(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
        }

        var gray = random.NextDouble() < recipe.Gray;
        var blur = random.NextDouble() < recipe.Blur;
        var sigma = random.Between(SmallestSigma, LargestSigma);
        return new View
        {
            Box = box,
            Flip = flip,
            Jitter = jitter,
            Order = order,
            Factors = factors,
            Gray = gray,
            Sigma = blur ? (float)sigma : 0,
            Solarize = random.NextDouble() < recipe.Solarize,
        };
    }

    private static float Factor(double strength, ref SplitMix64 random) => (float)random.Between(Math.Max(0, 1 - strength), 1 + strength);

    // torchvision's RandomResizedCrop: ten attempts, then the largest box in the middle whose aspect is allowed.
    private static (int Left, int Top, int Width, int Height) Cut((double Low, double High) scale, (double Low, double High) aspect, int size, ref SplitMix64 random)
    {
        for (var i = 0; i < Attempts; i++)
        {
            var area = size * size * random.Between(scale.Low, scale.High);
            var ratio = Math.Exp(random.Between(Math.Log(aspect.Low), Math.Log(aspect.High)));
            var (width, height) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (width is > 0 && height is > 0 && width <= size && height <= size)
            {
                return (random.Below(size - width + 1), random.Below(size - height + 1), width, height);
            }
        }

        // A square fits whenever 1 lies among the aspects, as it does in every recipe.
        return (0, 0, size, size);
    }

    [InlineArray(4)]
    internal struct Steps
    {
        private int _first;
    }

    [InlineArray(4)]
    internal struct Amounts
    {
        private float _first;
    }
}
