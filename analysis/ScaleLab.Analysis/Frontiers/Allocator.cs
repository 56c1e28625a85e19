using System.Globalization;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Frontiers;

/// <summary>Reads allocations off a frontier, with the bootstrap's intervals where there is one.</summary>
public sealed class Allocator
{
    /// <summary>Why a fit that is no refusal has no frontier.</summary>
    public const string NoFrontier = "a law of one variable, or one whose line is beyond any number, has none";

    private readonly Frontier _frontier;
    private readonly IReadOnlyList<Frontier> _draws;
    private readonly double _level;
    private readonly DataRange? _range;
    private readonly IReadOnlyList<double> _errors;

    /// <exception cref="InputException">The fit was refused or has no frontier.</exception>
    public Allocator(Fit fit)
    {
        _frontier = fit.Frontier ?? throw new InputException($"this fit has no frontier: {fit.Diagnostics.Reason ?? NoFrontier}");
        _draws = [.. fit.Draws.Select(draw => draw.Frontier(_frontier.FlopsPerNd)!)];
        (_level, _range, _errors) = (fit.Intervals.Level, fit.Diagnostics.Range, fit.Diagnostics.Errors);
    }

    /// <param name="fit">Of a law that knows of repeated tokens.</param>
    /// <param name="uniqueD">Different tokens that there are, &gt; 0.</param>
    /// <exception cref="InputException">It is of another law, or was refused.</exception>
    public Allocator(Fit fit, double uniqueD)
        : this(fit)
    {
        var k = _frontier.FlopsPerNd;
        _frontier = fit.Surface!.Frontier(uniqueD, k);
        _draws = [.. fit.Draws.Select(draw => draw.Frontier(uniqueD, k))];
    }

    /// <param name="law">A law that others fitted.</param>
    /// <param name="uniqueD">As above.</param>
    /// <exception cref="InputException">It does not know of repeated tokens.</exception>
    public Allocator(PublishedLaw law, double uniqueD) => (_frontier, _draws, _range, _errors) = (law.Surface.Frontier(uniqueD, 6), [], law.Range, []);

    public Allocator(PublishedLaw law) => (_frontier, _draws, _range, _errors) = (law.Surface.Frontier()!, [], law.Range, []);

    /// <param name="flops">C &gt; 0.</param>
    public Allocation ForFlops(double flops) => At("flops", flops, (_, x) => x);

    /// <param name="n">Parameters, &gt; 0.</param>
    public Allocation ForParams(double n) => At("params", n, (f, x) => f.FlopsForN(x));

    /// <param name="d">Tokens, &gt; 0.</param>
    public Allocation ForTokens(double d) => At("tokens", d, (f, x) => f.FlopsForD(x));

    /// <param name="loss">Above the law's floor E.</param>
    public Allocation ForLoss(double loss) => At("loss", loss, (f, x) => f.FlopsForLoss(x));

    /// <returns>One allocation per <paramref name="perDecade"/>-th of a decade of FLOPs, both ends included.</returns>
    /// <param name="from">FLOPs, &gt; 0.</param>
    /// <param name="to">FLOPs, not below <paramref name="from"/>.</param>
    /// <param name="perDecade">At least 1.</param>
    public IReadOnlyList<Allocation> Between(double from, double to, int perDecade)
    {
        if (!(from > 0 && to >= from && double.IsFinite(to)) || perDecade is < 1 or > 100)
        {
            throw new InputException("a range of FLOPs runs from a number above 0 to one not below it, with 1 to 100 points per decade");
        }

        var steps = Math.Max(1, (int)Math.Round(perDecade * Math.Log10(to / from)));
        return [.. Enumerable.Range(0, from == to ? 1 : steps + 1).Select(i => ForFlops(from * Math.Pow(to / from, (double)i / steps)))];
    }

    /// <summary>FLOPs of the smallest and largest run behind the law; null where its source does not say.</summary>
    public Interval? Compute => _range?.C;

    private Allocation At(string given, double value, Func<Frontier, double, double> flops)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--{given} {value}: expected a finite number above 0"));
        }

        var c = flops(_frontier, value);
        if (!double.IsFinite(c) || c <= 0)
        {
            throw new InputException(given == "loss" && value <= _frontier.Floor
                ? string.Create(CultureInfo.InvariantCulture, $"no compute reaches a loss of {value:G6}: the law's floor E is {_frontier.Floor:G6}")
                : string.Create(CultureInfo.InvariantCulture, $"--{given} {value:G4} is beyond what the law can be evaluated for"));
        }

        return new Allocation(given, c, _frontier.N(c), _frontier.D(c), _frontier.Loss(c))
        {
            Intervals = Intervals(given, value, flops),
            Extrapolation = _range is null ? null : Extrapolated(c, _range),
        };
    }

    private Dictionary<string, Interval> Intervals(string given, double value, Func<Frontier, double, double> flops)
    {
        // A draw whose floor lies above the wanted loss needs infinite compute; where that reaches the interval, the interval has no end.
        var points = _draws.Select(f => (Frontier: f, C: flops(f, value))).ToList();
        var intervals = new Dictionary<string, Interval>();
        void Add(string name, Interval interval)
        {
            if (double.IsFinite(interval.Low) && double.IsFinite(interval.High))
            {
                intervals[name] = interval;
            }
        }

        foreach (var (name, of) in (IEnumerable<(string, Func<Frontier, double, double>)>)
        [
            ("flops", (_, c) => c), ("params", (f, c) => f.N(c)), ("tokens", (f, c) => f.D(c)),
            ("loss", (f, c) => f.Loss(c)), ("tokens_per_param", (f, c) => f.D(c) / f.N(c)),
        ])
        {
            if (name != given && points.Count > 0)
            {
                Add(name, Quantile.Central(points.Select(p => of(p.Frontier, p.C)), _level));
            }
        }

        if (given != "loss" && points.Count > 0 && _errors.Count > 0)
        {
            Add("new_run_loss", Quantile.Central(from p in points let loss = p.Frontier.Loss(p.C) from error in _errors select loss * Math.Exp(error), _level));
        }

        return intervals;
    }

    private static string? Extrapolated(double c, DataRange range) =>
        c > range.C.High ? $"extrapolated: {Quantity.Format(c / range.C.High)} times the compute of the largest run behind this law ({Flops(range.C.High)})"
        : c < range.C.Low ? $"extrapolated: {Quantity.Format(range.C.Low / c)} times less compute than the smallest run behind this law ({Flops(range.C.Low)})"
        : null;

    private static string Flops(double value) => value.ToString("0.##e0", CultureInfo.InvariantCulture) + " FLOPs";
}
