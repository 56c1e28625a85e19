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

    /// <summary>The law with the least error; null where no law could be scored.</summary>
    public string? Best => Errors.Count == 0 ? null : Errors.MinBy(e => e.Value).Key;

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
        var ordered = table.Observations.OrderBy(o => o.C).ThenBy(o => o.N).ToList();
        var folds = Shares.Select(share => Cut(ordered, share)).Where(cut => cut > 0).Distinct().Select(cut => Fold(table, ordered, cut, options)).Where(fold => fold.Errors.Count > 0).ToList();
        var errors = Laws.Where(law => folds.Count > 0 && folds.All(fold => fold.Errors.ContainsKey(law))).ToDictionary(law => law, law => folds.Average(fold => fold.Errors[law]));
        return new LawChoice(folds, errors);
    }

    // The border between two levels of compute nearest to the share: runs of one budget stay together. 0 where there is none.
    private static int Cut(List<Observation> ordered, double share)
    {
        var wanted = (int)Math.Round(share * ordered.Count);
        return Enumerable.Range(1, Math.Max(0, ordered.Count - 1)).Where(i => ordered[i].C > ordered[i - 1].C).OrderBy(i => Math.Abs(i - wanted)).FirstOrDefault();
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

        return new HoldoutFold(cut, test.Count, ordered[cut - 1].C, ordered[^1].C, errors);
    }
}

/// <param name="Train">Runs fitted to: those of least compute.</param>
/// <param name="Test">Runs scored on: all others.</param>
/// <param name="TrainCompute">The most FLOPs of a fitted run.</param>
/// <param name="TestCompute">The most FLOPs of a scored run.</param>
/// <param name="Errors">By law: mean |ln(predicted / loss)| of the scored runs.</param>
public sealed record HoldoutFold(int Train, int Test, double TrainCompute, double TestCompute, IReadOnlyDictionary<string, double> Errors);
