using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Benchmarks;

/// <summary>A sweep as settings/*.json describe it: every N with every D, log-spaced, under log-normal noise.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Sizes">How many N.</param>
/// <param name="Lengths">How many D.</param>
/// <param name="N">Smallest and largest.</param>
/// <param name="D">Smallest and largest.</param>
/// <param name="Noise">Standard deviation of ln loss, where it varies at the geometric middle of D.</param>
/// <param name="SharedVariance">Share of its variance that all rows of one N have in common: they are branches of a trunk.</param>
/// <param name="NoiseExponentOfD">Noise grows as D to this power.</param>
internal sealed record SimulatedSweep(string Name, int Sizes, int Lengths, double[] N, double[] D, double Noise, double SharedVariance, double NoiseExponentOfD = 0)
{
    public ObservationTable Draw(LossSurface law, ulong seed)
    {
        var normal = Normal(seed);
        var rows = new List<Observation>();
        for (var i = 0; i < Sizes; i++)
        {
            var (n, shared) = (Spaced(N, i, Sizes), Math.Sqrt(SharedVariance) * normal());
            for (var j = 0; j < Lengths; j++)
            {
                var d = Spaced(D, j, Lengths);
                var own = Math.Sqrt(1 - SharedVariance) * normal() * Math.Pow(d / Math.Sqrt(D[0] * D[1]), NoiseExponentOfD);
                rows.Add(new Observation($"n{i}d{j}", n, d, 6 * n * d, law.Loss(n, d) * Math.Exp(Noise * (shared + own))) { Cluster = SharedVariance > 0 ? $"n{i}" : null });
            }
        }

        return new ObservationTable(Name, rows, [], SharedVariance > 0 ? "trunk" : "each row");
    }

    /// <summary>Standard normal deviates (Box and Muller), the same everywhere.</summary>
    public static Func<double> Normal(ulong seed)
    {
        var random = new SplitMix64(seed, 0);
        return () => Math.Sqrt(-2 * Math.Log(random.Uniform())) * Math.Cos(2 * Math.PI * random.Uniform());
    }

    private static double Spaced(double[] range, int i, int count) => range[0] * Math.Pow(range[1] / range[0], i / (count - 1.0));
}
