using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Cli.Output;

/// <summary>A fit for people: what was fitted, the numbers and how far to trust them, the frontier, what looks wrong.</summary>
internal static class FitText
{
    private const int MostFlagged = 10;
    private const int MostReasons = 5;

    public static void Write(TextWriter output, ObservationTable table, Fit fit)
    {
        var law = ScalingLaw.Of(fit.Law);
        output.WriteLine($"{law.Name}: {law.Formula}  ({law.Source})");
        output.WriteLine($"{fit.NObservations} runs of {table.Source}{(table.Columns.Length > 0 ? $" ({table.Columns})" : "")}");
        Lines(output, table.LeftOut.GroupBy(row => row.Reason).OrderByDescending(g => g.Count()).Take(MostReasons).Select(g => $"{g.Count()} left out: {g.Key}"));
        if (fit.Status == FitStatus.Refused)
        {
            output.WriteLine($"refused: {fit.Diagnostics.Reason}");
        }
        else
        {
            var delta = fit.Objective.Delta is { } d ? $" (delta {Quantity.Format(d)})" : "";
            var value = fit.Objective.Value is { } v ? $" = {Numbers.Digits(v, 7)}" : "";
            output.WriteLine($"{Words(fit.Status)}: {fit.Objective.Name}{delta}{value}, rms of log residuals {fit.Diagnostics.RmsLogResidual!.Value.ToString("P2", CultureInfo.InvariantCulture)}");
            Lines(output, fit.Diagnostics.Certificate is { } certificate ? [$"certificate: {certificate}"] : []);
            Lines(output, fit.Diagnostics.Bic is { } bic ? [$"BIC {bic.ToString("F1", CultureInfo.InvariantCulture)} ({(fit.Objective.Name == "lad_log" ? "Laplace" : "Gauss")}, scale estimated)"] : []);
            Lines(output, fit.Diagnostics.Reason is { } reason ? [reason] : []);
            output.WriteLine();
            Parameters(output, law, fit);
            Lines(output, FloorCheck.Of(table, fit) is { } floor ? [floor.Words] : []);
            output.WriteLine();
            Frontier(output, fit);
        }

        output.WriteLine();
        if (fit.Approaches is { } approaches)
        {
            ApproachText.Write(output, approaches, fit.Intervals.Level);
        }

        if (fit.Counting is { } rules)
        {
            CountingText.Write(output, rules, fit.Intervals.Level);
        }

        if (fit.LawChoice is { } choice)
        {
            Choice(output, choice);
        }

        Lines(output, fit.Diagnostics.Warnings.Select(w => $"warning: {w}"));
        Flagged(output, fit);
    }

    private static void Parameters(TextWriter output, ScalingLaw law, Fit fit)
    {
        var level = Numbers.Level(fit.Intervals.Level);
        string[] exponents = fit.Frontier is null ? [] : ["a", "b"];
        TextTable.Write(output, ["", "value", "std. error", $"{level} interval", "identified"], law.ParameterNames.Concat(exponents).Select(name => (IReadOnlyList<string>)
        [
            name,
            Numbers.Digits(name switch { "a" => fit.Frontier!.ExponentN, "b" => fit.Frontier!.ExponentD, _ => fit.Parameters[name] }, 5),
            fit.StandardErrors.TryGetValue(name, out var error) ? Numbers.Digits(error, 3) : "",
            fit.Intervals.Bounds.TryGetValue(name, out var interval) ? Numbers.Range(interval, v => Numbers.Digits(v, 4)) : "",
            fit.Identified.TryGetValue(name, out var verdict) ? Words(verdict) : "",
        ]));
        output.WriteLine(fit.Intervals.Refused is { } refused
            ? $"no intervals: {refused} (clusters: {fit.Diagnostics.ClusterRule})"
            : $"intervals: {fit.Intervals.Method}, {fit.Intervals.Clusters} clusters ({fit.Diagnostics.ClusterRule}), {fit.Diagnostics.BootstrapDraws} draws");
    }

    private static void Frontier(TextWriter output, Fit fit)
    {
        if (fit.Frontier is { } f)
        {
            if (fit.Allocations is [.., { Intervals.Count: > 0 } far])
            {
                string Interval(string name, Func<double, string> format) => far.Intervals.TryGetValue(name, out var interval) ? $" ({Numbers.Range(interval, format)})" : "";
                output.WriteLine($"at {Numbers.Digits(far.Flops, 3)} FLOPs, 100 times the largest run: N* {Quantity.Format(far.N)}{Interval("params", Quantity.Format)}, D* {Quantity.Format(far.D)}{Interval("tokens", Quantity.Format)}, loss {Numbers.Digits(far.Loss!.Value, 4)}{Interval("loss", v => Numbers.Digits(v, 4))}; of a new run{Interval("new_run_loss", v => Numbers.Digits(v, 4))}");
            }

            output.WriteLine($"frontier: N ~ C^{Numbers.Digits(f.ExponentN, 4)}, D ~ C^{Numbers.Digits(f.ExponentD, 4)}; N* = {Numbers.Digits(f.G, 4)} (C/{Quantity.Format(f.FlopsPerNd)})^a with C = {Quantity.Format(f.FlopsPerNd)} N{(f.CostExponent is { } m ? $"^{Numbers.Digits(m, 4)}" : "")} D");
        }
        else
        {
            output.WriteLine(fit.Diagnostics.Reason is null ? $"no frontier: {Allocator.NoFrontier}" : "no frontier: one of the two terms has vanished");
        }
    }

    private static void Flagged(TextWriter output, Fit fit)
    {
        Lines(output, fit.Flagged.Take(MostFlagged).Select(f => $"flagged{(fit.FlaggedExcluded ? " and excluded" : ", not excluded")}: {f.Run}: {f.Reason}"));
        Lines(output, fit.Flagged.Count > MostFlagged ? [$"and {fit.Flagged.Count - MostFlagged} more flagged rows (--json lists them)"] : []);
        if (fit.WithoutFlagged is { } clean)
        {
            var numbers = clean.Parameters.Select(p => (p.Key, p.Value)).Concat(clean.A is { } a ? [("a", a)] : []);
            output.WriteLine($"without them: {string.Join(", ", numbers.Select(p => $"{p.Item1} {Numbers.Digits(p.Item2, 5)}"))} ({clean.NObservations} runs; --exclude-flagged)");
        }
    }

    private static void Choice(TextWriter output, LawChoice choice)
    {
        var laws = choice.Folds.SelectMany(fold => fold.Errors.Keys).Distinct().ToList();
        string Error(IReadOnlyDictionary<string, double> errors, string law) => errors.TryGetValue(law, out var error) ? error.ToString("P2", CultureInfo.InvariantCulture) : "";
        output.WriteLine("extrapolation: mean error of the loss of runs with more compute than those fitted");
        TextTable.Write(output, ["fitted to", "scored on", .. laws],
        [
            .. choice.Folds.Select(fold => (IReadOnlyList<string>)[$"{fold.Train} runs, C <= {Numbers.Digits(fold.TrainCompute, 3)}", $"{fold.Test} runs", .. laws.Select(law => Error(fold.Errors, law))]),
            ["mean", "", .. laws.Select(law => Error(choice.Errors, law))],
        ]);
        output.WriteLine();
    }

    private static void Lines(TextWriter output, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }
    }

    private static string Words(FitStatus status) => status switch
    {
        FitStatus.Converged => "converged",
        FitStatus.BoundHit => "bound hit",
        FitStatus.NotConverged => "not converged",
        _ => "refused",
    };

    private static string Words(Identified verdict) => verdict switch
    {
        Identified.Yes => "yes",
        Identified.OpenAbove => "open above",
        Identified.OpenBelow => "open below",
        _ => "no",
    };
}
