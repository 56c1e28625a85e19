using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Reports;

/// <summary>The headline: the law with its numbers, how far each is known, and what these runs cannot tell.</summary>
internal static class LawSection
{
    public static void Write(Html html, SweepAnalysis analysis)
    {
        var fit = analysis.Fit;
        html.Add($"<h2 id=\"law\">The law</h2>");
        if (fit.Surface is null)
        {
            html.Add($"<p class=\"law refused\">No law: {Sentence(fit.Diagnostics.Reason ?? Verdict(fit.Status))}</p>");
            return;
        }

        html.Add($"<p class=\"law\">{(fit.Law.StartsWith("one_variable", StringComparison.Ordinal) ? "L" : "L(N, D)")} = {Formula(fit)}</p>");
        html.Add($"<p>{Headline(fit)}</p>");
        Parameters(fit)!.Write(html);
        if (FloorCheck.Of(analysis.Table, fit) is { } floor)
        {
            html.Add($"<p id=\"floor\">{floor.Words}</p>");
        }

        Laws(analysis)?.Write(html);
        Disagreement(html, analysis);
    }

    /// <returns>Null where there is no law.</returns>
    public static ReportTable? Parameters(Fit fit)
    {
        if (fit.Surface is null)
        {
            return null;
        }

        var table = new ReportTable("", "#estimate", "#standard error", $"#{ReportNumber.Level(fit.Intervals.Level)} interval", "identified by these runs?")
        {
            Caption = $"{ScalingLaw.Find(fit.Law)?.Formula ?? fit.Law} ({ScalingLaw.Find(fit.Law)?.Source ?? "unknown law"}). N: parameters; D: data; L: held-out loss (cross entropies in nats).",
        };
        foreach (var (name, value) in fit.Parameters)
        {
            table.Add(
                Symbols.Of(name),
                ReportNumber.Of(value),
                fit.StandardErrors.TryGetValue(name, out var error) ? ReportNumber.Of(error) : ReportNumber.Missing,
                ReportNumber.Range(Bound(fit, name), v => ReportNumber.Of(v)),
                fit.Identified.TryGetValue(name, out var verdict) ? Words(verdict) : "no verdict");
        }

        if (fit.Frontier is { } frontier)
        {
            foreach (var (name, value) in new[] { ("a", frontier.ExponentN), ("b", frontier.ExponentD) })
            {
                table.Add(
                    name == "a" ? "a, of N* ∝ Cᵃ" : "b, of D* ∝ Cᵇ",
                    ReportNumber.Exponent(value),
                    fit.StandardErrors.TryGetValue(name, out var error) ? ReportNumber.Exponent(error) : ReportNumber.Missing,
                    ReportNumber.Range(Bound(fit, name), ReportNumber.Exponent),
                    "");
            }
        }

        return table;
    }

    /// <summary>What so narrow a grid does not identify, in sentences.</summary>
    public static IEnumerable<string> Limits(Fit fit)
    {
        if (fit.Surface is null)
        {
            yield break;
        }

        foreach (var (name, verdict) in fit.Identified.Where(i => i.Value != Identified.Yes && i.Value != Identified.OpenAbove && i.Value != Identified.OpenBelow))
        {
            yield return $"{Symbols.Of(name)} is not identified: {ReportNumber.Of(fit.Parameters.GetValueOrDefault(name))} is the best value, but far smaller and far larger ones explain the runs as well.";
        }

        foreach (var (name, verdict) in fit.Identified.Where(i => i.Value is Identified.OpenAbove or Identified.OpenBelow))
        {
            var (side, words) = verdict == Identified.OpenAbove ? ("upper", "larger") : ("lower", "smaller");
            yield return $"{Symbols.Of(name)} has no useful {side} limit: far {words} values than {ReportNumber.Of(fit.Parameters.GetValueOrDefault(name))} explain the runs as well.";
        }

        if (fit.Intervals.Refused is { } reason)
        {
            yield return $"There are no intervals: {Sentence(reason)} The exponents above are estimates of unknown accuracy.";
        }

        if (fit.Diagnostics.Range is { } range)
        {
            yield return $"The runs span a factor of {Ratio(range.N)} in N, {Ratio(range.D)} in D and {Ratio(range.C)} in compute. What the law says outside that range is extrapolation, and is marked so below.";
        }

        foreach (var warning in fit.Diagnostics.Warnings)
        {
            yield return Sentence(warning);
        }
    }

    public static string Sentence(string text) => text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text + ".";

    private static string Ratio(Interval interval) => ReportNumber.Ratio(interval.High / interval.Low);

    private static string Headline(Fit fit)
    {
        var objective = $"{fit.Objective.Name}{(fit.Objective.Delta is { } delta ? $", δ = {ReportNumber.Of(delta)}" : "")}, objective {ReportNumber.Of(fit.Objective.Value)}";
        var scatter = fit.Diagnostics.RmsLogResidual is { } rms ? $" The law misses the runs by {ReportNumber.Of(100 * rms)} % (root mean square)." : "";
        var reason = fit.Status != FitStatus.Converged && fit.Diagnostics.Reason is { } why ? $" {Sentence(Capital(why))}" : "";
        var intervals = fit.Intervals.Refused is null ? $" Intervals: {Sentence($"{fit.Intervals.Method}, {fit.Diagnostics.BootstrapDraws} draws over {fit.Intervals.Clusters} clusters ({fit.Diagnostics.ClusterRule})")}" : "";
        var bic = fit.Diagnostics.Bic is { } criterion ? $", BIC {ReportNumber.Of(criterion)}" : "";
        return $"{Capital(Verdict(fit.Status))}: fitted to {fit.NObservations} runs ({objective}{(fit.Diagnostics.Certificate is { } certificate ? $"; {certificate}" : "")}{bic}).{reason}{scatter}{intervals}";
    }

    /// <returns>Null where none was tried beside the sweep's own.</returns>
    public static ReportTable? Laws(SweepAnalysis analysis)
    {
        if (analysis.Others.Count == 0)
        {
            return null;
        }

        var table = new ReportTable("law", "status", "#rms residual", "#a", "#interval of a", "remark")
        {
            Caption = "The same runs under other laws. A law that fits these runs as well with another exponent shows what they cannot tell apart.",
        };
        foreach (var fit in analysis.Others.Prepend(analysis.Fit))
        {
            table.Add(
                fit.Law,
                Verdict(fit.Status),
                fit.Diagnostics.RmsLogResidual is { } rms ? $"{ReportNumber.Of(100 * rms)} %" : ReportNumber.Missing,
                fit.Frontier is { } frontier ? ReportNumber.Exponent(frontier.ExponentN) : ReportNumber.Missing,
                ReportNumber.Range(Bound(fit, "a"), ReportNumber.Exponent),
                fit.Diagnostics.Reason ?? fit.Intervals.Refused ?? "");
        }

        return table;
    }

    private static void Disagreement(Html html, SweepAnalysis analysis)
    {
        if (Of(analysis, "chinchilla") is { } additive && Of(analysis, "gamma") is { } gamma)
        {
            foreach (var warning in AutoFit.Disagreement(additive, gamma))
            {
                html.Add($"<p><strong>The additive law and the gamma form disagree:</strong> {Sentence(warning)}</p>");
            }
        }
    }

    private static Fit? Of(SweepAnalysis analysis, string law) => analysis.Others.Prepend(analysis.Fit).FirstOrDefault(fit => fit.Law == law);

    /// <summary>Which law to trust beyond the runs: none is scored on runs that it has seen.</summary>
    /// <returns>Null where no run could be held out.</returns>
    public static ReportTable? Holdout(LawChoice choice)
    {
        if (choice.Folds.Count == 0)
        {
            return null;
        }

        var laws = choice.Folds.SelectMany(fold => fold.Errors.Keys).Distinct().ToList();
        var table = new ReportTable(["fitted to", "#scored on", .. laws.Select(law => $"#{law}")])
        {
            Caption = "Which law extrapolates: each is fitted to the runs of least compute and predicts the others. Numbers: mean error of the predicted loss.",
        };
        string Error(IReadOnlyDictionary<string, double> errors, string law) => errors.TryGetValue(law, out var error) ? $"{ReportNumber.Of(100 * error)} %" : ReportNumber.Missing;
        foreach (var fold in choice.Folds)
        {
            table.Add([$"{fold.Train} runs up to {ReportNumber.Of(fold.TrainCompute)} FLOP", $"{fold.Test} up to {ReportNumber.Of(fold.TestCompute)}", .. laws.Select(law => Error(fold.Errors, law))]);
        }

        table.Add(["mean", "", .. laws.Select(law => Error(choice.Errors, law))]);
        return table;
    }

    public static Interval? Bound(Fit fit, string name) => fit.Intervals.Bounds.TryGetValue(name, out var bound) ? bound : null;

    // Terms that a reader can check by hand.
    private static Html.Raw Formula(Fit fit)
    {
        string Number(string name) => ReportNumber.Of(fit.Parameters.TryGetValue(name, out var value) ? value : null);
        string Power(string scale, string of, string exponent) => $"{Number(scale)} / {of}<sup>{Number(exponent)}</sup>";
        string Sum(string suffix) => $"{Power("A" + suffix, "N", "alpha" + suffix)} + {Power("B" + suffix, "D", "beta" + suffix)}";
        var floor = fit.Parameters.ContainsKey("E") ? $"{Number("E")} + " : "";
        return new(fit.Law.Split(':')[0] switch
        {
            "tied" => $"{floor}{Power("A", "N", "alpha")} + {Power("B", "D", "alpha")}",
            "gamma" => $"{floor}({Sum("")})<sup>{Number("gamma")}</sup>",
            "kaplan" => $"[({Number("N_c")} / N)<sup>{Number("alpha_N")} / {Number("alpha_D")}</sup> + {Number("D_c")} / D]<sup>{Number("alpha_D")}</sup>",
            "data_constrained" => $"{floor}{Power("A", "N′", "alpha")} + {Power("B", "D′", "beta")}, R<sub>D</sub> = {Number("R_D")}, R<sub>N</sub> = {Number("R_N")}",
            "one_variable" => $"{floor}{Power("A", fit.Law.Split(':') is [_, var over, ..] ? over.ToUpperInvariant() : "C", "alpha")}",
            "average" => $"({floor}{Sum("")})<sup>1 − {Number("w")}</sup> · ({Number("E_gamma")} + ({Sum("_gamma")})<sup>{Number("gamma")}</sup>)<sup>{Number("w")}</sup>",
            _ => $"{floor}{Sum("")}",
        });
    }

    private static string Verdict(FitStatus status) => status switch
    {
        FitStatus.Converged => "converged",
        FitStatus.BoundHit => "at a border of the law's domain",
        FitStatus.NotConverged => "not converged",
        _ => "refused",
    };

    private static string Words(Identified verdict) => verdict switch
    {
        Identified.Yes => "yes",
        Identified.OpenAbove => "only from below: no useful upper limit",
        Identified.OpenBelow => "only from above: no useful lower limit",
        _ => "no",
    };

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
