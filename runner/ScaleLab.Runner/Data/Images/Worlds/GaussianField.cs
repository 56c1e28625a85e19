using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Data.Images.Worlds;

/// <summary>Gray images of a stationary Gaussian process: mean zero, variance one, covariance e^(−r/ℓ) at a distance of r pixels (the Ornstein-Uhlenbeck or exponential model, Matérn ν = ½).</summary>
/// <remarks>
/// A pixel is stored as round(127.5 + 28 z). The steps of 1/28 are so small beside the variance that rounding adds white noise of (1/28)²/12 and nothing else (Widrow and Kollár 2008, "Quantization noise", chapter 4);
/// one pixel in 180,000 lies beyond the ends.
/// </remarks>
internal sealed class GaussianField : IWorld
{
    public const string Name = "gaussian-field";

    /// <summary>Raised whenever a number would give other pixels.</summary>
    public const int Version = 1;

    /// <summary>Steps of a byte to a standard deviation.</summary>
    private const double Steps = 28;

    private static readonly ConcurrentDictionary<(int Size, double Length), double[][]> Factors = [];

    private readonly int _seed;
    private readonly double[][] _factor; // column j of the Cholesky factor, from row j on

    public GaussianField(int size, double length, int seed)
    {
        _seed = seed;
        _factor = Factors.GetOrAdd((size, length), static f => Factor(f.Size * f.Size, (i, j) => Covariance(f.Length, (i / f.Size) - (j / f.Size), (i % f.Size) - (j % f.Size))));
    }

    /// <summary>Variance that rounding adds to each pixel.</summary>
    public static double RoundingNoise => 1 / (12 * Steps * Steps);

    public int Channels => 1;

    public int Classes => 0;

    public (double Mean, double Deviation)? Moments => (0.5, Steps / 255);

    /// <summary>Of two pixels, before rounding.</summary>
    public static double Covariance(double length, int rows, int columns) => Math.Exp(-Math.Sqrt((rows * rows) + (columns * columns)) / length);

    public int Draw(ulong index, Span<byte> pixels)
    {
        // Logarithm and cosine may differ in their last bit between C libraries; a byte does not show it.
        var random = IWorld.Stream(_seed, index);
        Span<double> values = stackalloc double[pixels.Length];
        values.Clear();
        for (var j = 0; j < values.Length; j += 2)
        {
            // Box and Muller 1958.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            AddScaled(values[j..], _factor[j], radius * cos);
            if (j + 1 < values.Length)
            {
                AddScaled(values[(j + 1)..], _factor[j + 1], radius * sin);
            }
        }

        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(Math.Round(127.5 + (Steps * values[i])), 0, 255);
        }

        return -1;
    }

    public int Label(ulong index) => -1;

    private static double[][] Factor(int size, Func<int, int, double> covariance)
    {
        var columns = new double[size][];
        for (var j = 0; j < size; j++)
        {
            var column = columns[j] = new double[size - j];
            for (var i = j; i < size; i++)
            {
                column[i - j] = covariance(i, j);
            }

            for (var k = 0; k < j; k++)
            {
                AddScaled(column, columns[k].AsSpan(j - k), -columns[k][j - k]);
            }

            var root = Math.Sqrt(column[0]);
            for (var i = 0; i < column.Length; i++)
            {
                column[i] /= root;
            }
        }

        return columns;
    }

    private static void AddScaled(Span<double> into, ReadOnlySpan<double> column, double weight)
    {
        var sums = MemoryMarshal.Cast<double, Vector<double>>(into);
        var lanes = MemoryMarshal.Cast<double, Vector<double>>(column);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += lanes[i] * weight;
        }

        for (var i = sums.Length * Vector<double>.Count; i < into.Length; i++)
        {
            into[i] += column[i] * weight;
        }
    }
}
