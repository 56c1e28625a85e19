using MathNet.Numerics.Distributions;
using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Runs that differ in nothing but chance: their scatter is pure error, which no law can explain, and what the law misses beyond that is lack of fit
/// (Draper and Smith 1998, section 2.1; exact for squares, near for the other objectives).
/// </summary>
/// <param name="Cells">(N, D) with more than one run.</param>
/// <param name="PureError">Standard deviation of ln loss among them.</param>
/// <param name="Freedom">Degrees of freedom of that.</param>
/// <param name="F">Mean square of the lack of fit over that of the pure error; null where there are no more cells than parameters.</param>
/// <param name="FreedomOfFit">Degrees of freedom of the lack of fit.</param>
/// <param name="P">How often chance alone gives so large an F.</param>
public sealed record Replicates(int Cells, double PureError, int Freedom, double? F, int FreedomOfFit, double? P)
{
    /// <param name="rows">Of the fit.</param>
    /// <param name="isCopy">Of a row: a copy is no replicate.</param>
    /// <param name="predicted">The law's loss, by row.</param>
    /// <param name="parameters">That were fitted.</param>
    /// <returns>Null where nothing was replicated.</returns>
    internal static Replicates? Of(IReadOnlyList<Observation> rows, Func<int, bool> isCopy, double[] predicted, int parameters)
    {
        var (cells, several, freedom, pure, lack) = (0, 0, 0, 0.0, 0.0);

        // Another learning rate is another treatment.
        foreach (var cell in new Cells(rows).All().SelectMany(cell => cell.Count == 1 ? [[.. cell]] : cell.Where(i => !isCopy(i)).GroupBy(i => rows[i].LearningRate).Select(g => g.ToArray())))
        {
            cells++;
            if (cell.Length == 1)
            {
                lack += isCopy(cell[0]) ? 0 : Math.Pow(Math.Log(rows[cell[0]].Loss / predicted[cell[0]]), 2);
                continue;
            }

            // Rows of one cell and one cluster, or one seed, share their noise: one of them tells all.
            double[] errors = [.. cell.DistinctBy(i => rows[i].Cluster ?? (object)i).DistinctBy(i => rows[i].Seed.Length > 0 ? rows[i].Seed : (object)i).Select(i => Math.Log(rows[i].Loss / predicted[i]))];
            var mean = errors.Average();
            several += errors.Length > 1 ? 1 : 0;
            freedom += errors.Length - 1;
            pure += errors.Sum(e => (e - mean) * (e - mean));
            lack += errors.Length * mean * mean;
        }

        if (freedom == 0 || !double.IsFinite(pure))
        {
            return null;
        }

        var freedomOfFit = Math.Max(0, cells - parameters);
        double? f = freedomOfFit > 0 && pure > 0 && double.IsFinite(lack / pure) ? lack / freedomOfFit / (pure / freedom) : null;
        return new Replicates(several, Math.Sqrt(pure / freedom), freedom, f, freedomOfFit, f is null ? null : 1 - FisherSnedecor.CDF(freedomOfFit, freedom, f.Value));
    }
}
