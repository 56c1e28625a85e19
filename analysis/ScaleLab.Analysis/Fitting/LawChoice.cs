using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>How well laws extrapolate: each is fitted to the runs of least compute and scored on those above, again and again with more of them.</summary>
/// <param name="Folds">From few runs to many.</param>
/// <param name="Errors">By law: the mean over the folds of the mean |ln(predicted / loss)|; a law that a fold could not carry has none.</param>
public sealed record LawChoice(IReadOnlyList<HoldoutFold> Folds, IReadOnlyDictionary<string, double> Errors)
{
    private static readonly double[] Shares = [0.5, 0.6, 0.7, 0.8];
    private static readonly string[] Laws = ["chinchilla", "gamma", "power", "tied", "kaplan"];

    /// <summary>What the gamma form weighs in an average with the additive law: squared errors decide.</summary>
    internal double WeightOfGamma
    {
        get
        {
            var (additive, gamma) = (Errors.GetValueOrDefault(AverageLaw.Additive.Name, double.PositiveInfinity), Errors.GetValueOrDefault(AverageLaw.Gamma.Name, double.PositiveInfinity));
            return (double.IsFinite(additive), double.IsFinite(gamma)) switch
            {
                (true, true) when additive + gamma > 0 => additive * additive / ((additive * additive) + (gamma * gamma)),
                (true, false) => 0,
                (false, true) => 1,
                _ => 0.5,
            };
        }
    }

    /// <param name="table">At least a few runs at several levels of compute, else there are no folds.</param>
    /// <param name="options">Of the fits; no bootstrap is drawn.</param>
    public static LawChoice Of(ObservationTable table, FitOptions? options = null)
    {
        options = (options ?? new FitOptions()) with { Bootstrap = 0 };
        var ordered = Ordered(table);
        var folds = Cuts(ordered).Select(cut => Fold(table, ordered, cut, options)).Where(fold => fold.Errors.Count > 0).ToList();
        var errors = Laws.Where(law => folds.Count > 0 && folds.All(fold => fold.Errors.ContainsKey(law))).ToDictionary(law => law, law => folds.Average(fold => fold.Errors[law]));
        return new LawChoice(folds, errors);
    }

    /// <summary>One law's folds, run by run.</summary>
    /// <returns>How many runs were fitted; and of each run above its compute over the largest of those, and percent by which its loss lies above the prediction, by compute. Folds that cannot carry the law are left out.</returns>
    internal static IEnumerable<(int Train, IEnumerable<(double Compute, double Error)> Errors)> HeldOut(ObservationTable table, ScalingLaw law, FitOptions options)
    {
        var ordered = Ordered(table);
        foreach (var cut in Cuts(ordered))
        {
            if (ParametricFit.Surface(table with { Observations = ordered[..cut] }, law, options) is { } surface)
            {
                var fitted = ordered[..cut].Max(o => o.C);
                yield return (cut, ordered[cut..].Select(o => (o.C / fitted, 100 * ((o.Loss / surface.Loss(o.Scale)) - 1))));
            }
        }
    }

    private static List<Observation> Ordered(ObservationTable table) => [.. table.Observations.OrderBy(Level).ThenBy(o => o.N)];

    // Steps and shapes round what a run of a budget costs.
    private static double Level(Observation run) => run.Budget ?? run.C;

    private static IEnumerable<int> Cuts(List<Observation> ordered) => Shares.Select(share => Cut(ordered, share)).Where(cut => cut > 0).Distinct();

    // The border between two levels of compute nearest to the share: runs of one budget stay together. 0 where there is none.
    private static int Cut(List<Observation> ordered, double share)
    {
        var wanted = (int)Math.Round(share * ordered.Count);
        return Enumerable.Range(1, Math.Max(0, ordered.Count - 1)).Where(i => Level(ordered[i]) > Level(ordered[i - 1])).OrderBy(i => Math.Abs(i - wanted)).FirstOrDefault();
    }

    private static HoldoutFold Fold(ObservationTable table, List<Observation> ordered, int cut, FitOptions options)
    {
        var (train, test) = (table with { Observations = ordered[..cut] }, ordered[cut..]);
        var errors = new Dictionary<string, double>();
        foreach (var law in Laws)
        {
            if (ParametricFit.Surface(train, ScalingLaw.Of(law), options) is { } surface
                && test.Average(o => Math.Abs(Math.Log(surface.Loss(o.Scale) / o.Loss))) is var error && double.IsFinite(error))
            {
                errors[law] = error;
            }
        }

        return new HoldoutFold(cut, test.Count, train.Observations.Max(o => o.C), test.Max(o => o.C), errors);
    }
}

/// <param name="Train">Runs fitted to: those of least compute.</param>
/// <param name="Test">Runs scored on: all others.</param>
/// <param name="TrainCompute">The most FLOPs of a fitted run.</param>
/// <param name="TestCompute">The most FLOPs of a scored run.</param>
/// <param name="Errors">By law: mean |ln(predicted / loss)| of the scored runs.</param>
public sealed record HoldoutFold(int Train, int Test, double TrainCompute, double TestCompute, IReadOnlyDictionary<string, double> Errors);
