using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Quality;

/// <summary>One sweep's best value of a measure at a compute budget.</summary>
/// <param name="Value">Of the lower envelope, interpolated in log C; null outside its runs.</param>
/// <param name="Interval">95 %, of the held-out sample alone: it says nothing about other seeds.</param>
public sealed record AtBudget(double? Value, Interval? Interval);

/// <summary>A sweep in a comparison.</summary>
/// <param name="Name">Its model, or its own name where two have one model.</param>
/// <param name="Points">(C, value, standard error) of every run, by C.</param>
/// <param name="Random">The measure of untrained encoders, mean over the runs; null where it was not taken.</param>
/// <param name="AtBudgets">One for each budget.</param>
public sealed record ComparedSweep(string Name, IReadOnlyList<(double C, double Value, double? StandardError)> Points, double? Random, IReadOnlyList<AtBudget> AtBudgets);

/// <summary>Sweeps side by side at equal compute, by one measure where less is better.</summary>
/// <param name="Column">Of results.csv.</param>
/// <param name="Budgets">FLOPs.</param>
/// <param name="Sweeps">In the order given.</param>
public sealed record MethodComparison(string Column, IReadOnlyList<double> Budgets, IReadOnlyList<ComparedSweep> Sweeps)
{
    private const double Normal95 = 1.959964;

    /// <summary>What can be compared: columns of results.csv, with those of their standard errors and of untrained encoders.</summary>
    private static readonly Dictionary<string, (Func<ResultRow, double?> Value, Func<ResultRow, double?> Error, Func<ResultRow, double?> Random)> Measures = new()
    {
        ["probe_error"] = (r => r.ProbeError, r => r.ProbeErrorSe, r => r.ProbeErrorRandom),
        ["knn_error"] = (r => r.KnnError, r => r.KnnErrorSe, r => r.KnnErrorRandom),
        ["val_loss"] = (r => r.ValLoss, r => r.ValLossSe, _ => null),
    };

    public static IReadOnlyCollection<string> Columns => Measures.Keys;

    /// <param name="sweeps">Rows of results.csv, sweep by sweep.</param>
    /// <param name="column">One of <see cref="Columns"/>.</param>
    /// <param name="budgets">FLOPs; where none are given, three over the range that all sweeps share.</param>
    /// <exception cref="InputException">The sweeps share no range of compute, or one has no such measure; losses of different models are asked for.</exception>
    public static MethodComparison Of(IReadOnlyList<IReadOnlyList<ResultRow>> sweeps, string column, IReadOnlyList<double>? budgets = null)
    {
        var measure = Measures.GetValueOrDefault(column);
        if (measure.Value is null)
        {
            throw new InputException($"'{column}' cannot be compared; there is {string.Join(", ", Columns)}");
        }

        var models = sweeps.Select(s => s.Count > 0 ? s[0].Model : "").ToList();
        if (column == "val_loss" && models.Distinct().Count() > 1)
        {
            throw new InputException($"the losses of {string.Join(", ", models.Distinct())} are different quantities; compare probe_error or knn_error");
        }

        var points = sweeps.Select(s => s
            .Where(r => r.Status == "ok" && measure.Value(r) is not null)
            .Select(r => (r.C, Value: measure.Value(r)!.Value, StandardError: measure.Error(r)))
            .OrderBy(p => p.C)
            .ToList()).ToList();
        if (points.FindIndex(p => p.Count == 0) is var none and >= 0)
        {
            throw new InputException($"sweep {none + 1} ({models[none]}) has no finished run with '{column}'");
        }

        budgets = budgets is { Count: > 0 } ? budgets : Shared(points);
        return new(column, budgets, [.. points.Select((p, i) => new ComparedSweep(Name(i), p, Untrained(sweeps[i], measure.Random), [.. budgets.Select(c => At(p, c))]))]);

        string Name(int i) => models.Count(m => m == models[i]) == 1 ? models[i] : sweeps[i][0].Sweep;
    }

    private static double? Untrained(IReadOnlyList<ResultRow> rows, Func<ResultRow, double?> random) => rows.Select(random).OfType<double>().DefaultIfEmpty(double.NaN).Average() is var mean && double.IsFinite(mean) ? mean : null;

    // Both ends and the middle, in log C.
    private static double[] Shared(List<List<(double C, double Value, double? StandardError)>> points)
    {
        var (from, to) = (points.Max(p => p[0].C), points.Min(p => p[^1].C));
        return from <= to
            ? [from, Math.Sqrt(from * to), to]
            : throw new InputException(FormattableString.Invariant($"the sweeps share no range of compute: one begins at {from:0.##e+0} FLOPs, another ends at {to:0.##e+0}"));
    }

    private static AtBudget At(List<(double C, double Value, double? StandardError)> points, double budget)
    {
        // The best for the money: runs that a cheaper one beats are not on it.
        var envelope = new List<(double C, double Value, double? StandardError)>();
        foreach (var point in points)
        {
            if (envelope.Count == 0 || point.Value < envelope[^1].Value)
            {
                envelope.Add(point);
            }
        }

        // A budget between its last point and the last run buys that last point.
        if (budget < points[0].C * (1 - 1e-9) || budget > points[^1].C * (1 + 1e-9))
        {
            return new(null, null);
        }

        var next = envelope.FindIndex(p => p.C >= budget);
        var (low, high) = next switch { 0 => (envelope[0], envelope[0]), < 0 => (envelope[^1], envelope[^1]), _ => (envelope[next - 1], envelope[next]) };
        var share = high.C > low.C ? Math.Log(budget / low.C) / Math.Log(high.C / low.C) : 1;
        var value = low.Value + (share * (high.Value - low.Value));
        var error = low.StandardError is { } a && high.StandardError is { } b
            ? low == high ? b : Math.Sqrt(Math.Pow((1 - share) * a, 2) + Math.Pow(share * b, 2))
            : (double?)null;
        return new(value, error is { } e ? new Interval(value - (Normal95 * e), value + (Normal95 * e)) : null);
    }
}
