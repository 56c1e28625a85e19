using MathNet.Numerics.Distributions;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Laws;

namespace ScaleLab.Analysis.Fitting;

/// <summary>
/// Rows that look wrong. A fit that has seen a bad row bends towards it, so the law is fitted again without the rows that it misses, until none joins or leaves
/// them, and every row is judged by what it misses the law of the others by. Nothing is excluded here: that is for the reader to decide.
/// </summary>
internal sealed class Hygiene
{
    // In standard deviations, leave-one-out. Failures raise a loss; what lowers it is rarer, and a claim that needs more.
    private const double High = 3;
    private const double Low = 3.7;

    // Below this no difference of two losses is worth a word.
    private const double Negligible = 1e-3;

    // A row so many times below the lower or above the upper decile of N or D waits until there is a law to judge it by.
    private const double Remote = 10;

    private const int MostRounds = 8;
    private const double MostFlagged = 0.3;
    // Beyond, one row more or less does not bend a law, and refits would take seconds.
    public const int MostRowsToRefit = 20_000;

    private readonly IReadOnlyList<Observation> _rows;
    private readonly ScalingLaw _law;
    private readonly FitData _data;
    private readonly FitFunction _f;
    private readonly double[] _scores;

    private Hygiene(IReadOnlyList<Observation> rows, ScalingLaw law, Objective objective, FitData data, double[] estimate)
    {
        (_rows, _law, _data, _scores) = (rows, law, data, new double[rows.Count]);
        _f = new FitFunction(data, law, objective, [.. data.Weights]);
        if (objective.IsStraight)
        {
            _f.Delta = Math.Max(_f.Deltas[^1], LeaveOneOut.Of(_f, estimate, Clusters.Rows(rows.Count)).Scale / 10);
        }

        Refit(objective, estimate);
    }

    /// <summary>Robust standard deviation of ln loss about the law of the rows that are kept.</summary>
    private double Spread { get; set; }

    private LossSurface Law { get; set; } = null!;

    /// <param name="rows">All rows of the fit.</param>
    /// <param name="law">That was fitted.</param>
    /// <param name="objective">By which.</param>
    /// <param name="data">Of the rows.</param>
    /// <param name="estimate">Coordinates of the fit of all rows.</param>
    /// <returns>Flags by row, one at most, and the law without the flagged rows; null where there are none or the others cannot carry it.</returns>
    public static (SortedDictionary<int, FlaggedRun> Flags, LossSurface? Clean) Examine(IReadOnlyList<Observation> rows, ScalingLaw law, Objective objective, FitData data, double[] estimate)
    {
        var hygiene = new Hygiene(rows, law, objective, data, estimate);
        var diagnosis = new Diagnosis(rows, hygiene.Law, hygiene.Spread, i => hygiene._f.Weights[i] > 0);
        var flags = new SortedDictionary<int, FlaggedRun>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (hygiene.IsMissed(i) && rows[i].Annealed)
            {
                flags[i] = diagnosis.Of(i, hygiene._scores[i]);
            }
        }

        foreach (var (i, flag) in Comparisons.WithinCells(rows, hygiene.Spread).Concat(diagnosis.Units()))
        {
            flags.TryAdd(i, flag);
        }

        return (flags, flags.Count == 0 || rows.Count > MostRowsToRefit ? null : hygiene.Without(flags.ContainsKey));
    }

    private LossSurface? Without(Func<int, bool> isFlagged)
    {
        var others = _rows.Where((_, i) => !isFlagged(i)).ToList();
        if (ParametricFit.Refusal(others, _law, new FitData(others, _law)) is not null)
        {
            return null;
        }

        for (var i = 0; i < _rows.Count; i++)
        {
            _f.Weights[i] = isFlagged(i) ? 0 : 1;
        }

        var start = new double[_f.Length];
        _law.Place(Law.Parameters.AsSpan(), _data.Centre, start);
        var clean = ParametricFit.Surface(_law, Minimizer.Polish(_f, start).Point, _data.Centre);
        return clean.Parameters.All(double.IsFinite) ? clean : null;
    }

    private void Refit(Objective objective, double[] estimate)
    {
        var (n, point) = (_rows.Count, estimate);
        if (n <= MostRowsToRefit && SetRemoteAside())
        {
            var near = _rows.Where((_, i) => _f.Weights[i] > 0).ToList();
            var data = new FitData(near, _law);
            if (ParametricFit.Refusal(near, _law, data) is null)
            {
                point = new double[_f.Length];
                var best = ParametricFit.Surface(_law, Solver.Solve(data, _law, objective).Best.Point, data.Centre);
                _law.Place(best.Parameters.AsSpan(), _data.Centre, point);
            }
        }

        for (var round = 0; round < MostRounds; round++)
        {
            if (n <= MostRowsToRefit)
            {
                point = Minimizer.Polish(_f, point.AsSpan()).Point;
            }

            Score(point);
            var changed = false;
            for (var i = 0; i < n; i++)
            {
                var weight = IsMissed(i) ? 0 : 1;
                changed |= weight != _f.Weights[i];
                _f.Weights[i] = weight;
            }

            // A law that misses so many rows is the wrong one, and they are not to blame.
            if (!changed || n > MostRowsToRefit || _f.Weights.Take(n).Count(w => w == 0) > MostFlagged * n)
            {
                break;
            }
        }

        Law = ParametricFit.Surface(_law, point, _data.Centre);
    }

    private bool SetRemoteAside()
    {
        var (sizes, lengths) = (Quantile.Central(_rows.Select(o => o.N), 0.8), Quantile.Central(_rows.Select(o => o.D), 0.8));
        bool Far(double value, Interval deciles) => value < deciles.Low / Remote || value > deciles.High * Remote;
        var any = false;
        for (var i = 0; i < _rows.Count; i++)
        {
            if (Far(_rows[i].N, sizes) || Far(_rows[i].D, lengths))
            {
                (_f.Weights[i], any) = (0, true);
            }
        }

        return any;
    }

    private void Score(double[] point)
    {
        var one = LeaveOneOut.Of(_f, point, Clusters.Rows(_rows.Count));
        double[] standard = [.. one.Residuals.Zip(one.Prediction, (e, variance) => e / Math.Sqrt(1 + variance))];

        // A median absolute deviation, so that outliers do not hide behind the spread that they make.
        Spread = Quantile.Median(standard.Where((_, i) => _f.Weights[i] > 0).Select(Math.Abs)) / Normal.InvCDF(0, 1, 0.75);
        for (var i = 0; i < standard.Length; i++)
        {
            _scores[i] = Math.Abs(one.Residuals[i]) < Negligible ? 0 : standard[i] / Spread;
        }
    }

    private bool IsMissed(int i) => _scores[i] is > High or < -Low;
}
