using ScaleLab.Analysis.Approaches;
using ScaleLab.Analysis.Counting;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis;

/// <summary>All that is fitted to one sweep's results.csv.</summary>
/// <param name="Table">The rows, and those left out.</param>
/// <param name="Fit">Of the law that was asked for.</param>
/// <param name="Others">Of the laws tried beside it.</param>
public sealed record SweepAnalysis(ObservationTable Table, Fit Fit, IReadOnlyList<Fit> Others)
{
    /// <summary>How laws extrapolate on these runs.</summary>
    public LawChoice Choice => field ??= Fit.LawChoice ?? LawChoice.Of(Table);

    /// <summary>The frontier by all three approaches.</summary>
    public IReadOnlyList<Approach> Approaches => field ??= Fit.Approaches ?? ApproachTable.Of(Table, Fit, ApproachTable.Budgets(Table));

    /// <summary>The exponent under every counting rule that the columns allow.</summary>
    public IReadOnlyList<CountingRule> Counting => field ??= Fit.Counting ?? CountingRule.Of(Table, Fit);

    // The additive law, what is left of it on a narrow grid, and the form that shows whether its two terms add.
    private static readonly string[] Compared = ["chinchilla", "power", "gamma"];

    /// <param name="resultsCsv">As collected; rows whose status is not ok are left out.</param>
    /// <param name="law">A name of <see cref="ScalingLaw.All"/>, or <c>auto</c>.</param>
    /// <param name="others">More laws to fit beside it.</param>
    /// <param name="columns">Which N counts, which rows enter.</param>
    /// <param name="options">Objective and bootstrap.</param>
    /// <exception cref="Contracts.InputException">The file or an option is wrong. Data that cannot carry a law are no error: the fit says so.</exception>
    public static SweepAnalysis Run(string resultsCsv, string law = "chinchilla", IEnumerable<string>? others = null, ColumnOptions? columns = null, FitOptions? options = null)
    {
        var asked = law == AutoFit.Name ? null : ScalingLaw.Of(law);
        var table = ObservationFile.Read(resultsCsv, columns);
        List<Fit> beside = [.. Compared.Union(others ?? []).Where(other => other != law && other != AutoFit.Name).Select(other => ParametricFit.Run(table, ScalingLaw.Of(other), options))];
        return new SweepAnalysis(
            table,
            asked is null ? AutoFit.Of(table, LawChoice.Of(table, options), beside.Find(fit => fit.Law == "chinchilla")!, beside.Find(fit => fit.Law == "gamma")!) : ParametricFit.Run(table, asked, options),
            beside);
    }

    /// <summary>Writes <c>fit.json</c> and, for the other laws, <c>fits/&lt;law&gt;.json</c>.</summary>
    /// <returns>The paths, that of the asked law first.</returns>
    public IReadOnlyList<string> Write(string folder)
    {
        (string Path, Fit Fit)[] files = [(Path.Combine(folder, "fit.json"), Fit), .. Others.Select(other => (Path.Combine(folder, "fits", other.Law + ".json"), other))];
        foreach (var (path, fit) in files)
        {
            fit.Write(path);
        }

        return [.. files.Select(file => file.Path)];
    }
}
