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
    private readonly IReadOnlyList<Landscape> _landscapes = [];
    private readonly double _level;
    private readonly DataRange? _range;
    private readonly IReadOnlyList<double> _errors;
    private readonly Landscape? _landscape;
    private readonly double _flatShare = 1e-3;

    /// <exception cref="InputException">The fit was refused or has no frontier.</exception>
    public Allocator(Fit fit)
    {
        _frontier = fit.Frontier ?? throw new InputException($"this fit has no frontier: {fit.Diagnostics.Reason ?? NoFrontier}");
        _draws = [.. fit.Draws.Select(draw => draw.Frontier(_frontier.Cost)!)];
        (_level, _range, _errors) = (fit.Intervals.Level, fit.Diagnostics.Range, fit.Diagnostics.Errors);
        _landscape = new Landscape(fit.Surface!, _frontier.Cost, uniqueD: null);
        _landscapes = [.. fit.Draws.Select(draw => new Landscape(draw, _frontier.Cost, uniqueD: null))];
    }

    /// <param name="fit">Of a law that knows of repeated tokens.</param>
    /// <param name="uniqueD">Different tokens that there are, &gt; 0.</param>
    /// <exception cref="InputException">It is of another law, or was refused.</exception>
    public Allocator(Fit fit, double uniqueD)
        : this(fit)
    {
        var cost = _frontier.Cost;
        _frontier = fit.Surface!.Frontier(uniqueD, cost);
        _draws = [.. fit.Draws.Select(draw => draw.Frontier(uniqueD, cost))];
        _landscape = new Landscape(fit.Surface, cost, uniqueD);
        _landscapes = [.. fit.Draws.Select(draw => new Landscape(draw, cost, uniqueD))];
    }

    /// <param name="law">A law that others fitted.</param>
    /// <param name="uniqueD">As above.</param>
    /// <exception cref="InputException">It does not know of repeated tokens.</exception>
    public Allocator(PublishedLaw law, double uniqueD)
        : this(law)
    {
        _frontier = law.Surface?.Frontier(uniqueD, _frontier.Cost) ?? throw new InputException($"{law.Name} does not know of repeated tokens: it is two lines and no law of losses");
        _landscape = new Landscape(law.Surface, _frontier.Cost, uniqueD);
    }

    public Allocator(PublishedLaw law)
    {
        (_frontier, _draws, _range, _errors) = (law.Frontier, [], law.Range, []);
        _landscape = law.Surface is { } surface ? new Landscape(surface, _frontier.Cost, uniqueD: null) : null;
    }

    private Allocator(Allocator other, double flatShare)
    {
        (_frontier, _draws, _landscapes, _level, _range, _errors, _landscape) = (other._frontier, other._draws, other._landscapes, other._level, other._range, other._errors, other._landscape);
        _flatShare = flatShare;
    }

    /// <summary>The same with another idea of which sizes are near the best one: those that lose no more than a share of the loss.</summary>
    /// <param name="share">In (0, 1); 0.001 unless told otherwise.</param>
    public Allocator Within(double share) => share is > 0 and < 1 ? new(this, share) : throw new InputException("--within is a share between 0 and 1");

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

    /// <summary>A size, or an amount of data, that is fixed for other reasons, under a budget.</summary>
    /// <param name="flops">C &gt; 0.</param>
    /// <param name="n">Parameters; or null, and</param>
    /// <param name="d">tokens.</param>
    public Allocation ForFlopsWith(double flops, double? n, double? d)
    {
        var cost = _frontier.Cost;
        return n is { } size
            ? Beside("flops+params", Positive("params", size), cost.D(Positive("flops", flops), size))
            : Beside("flops+tokens", cost.N(Positive("flops", flops), Positive("tokens", d!.Value)), d.Value);
    }

    /// <summary>What a fixed size or amount of data needs of the other to reach a loss.</summary>
    /// <exception cref="InputException">It never does.</exception>
    public Allocation ForLossWith(double loss, double? n, double? d)
    {
        var map = Map();
        var (size, length) = n is { } given ? (Positive("params", given), map.TokensFor(Positive("loss", loss), given)) : (map.ParamsFor(Positive("loss", loss), Positive("tokens", d!.Value)), d.Value);
        return double.IsFinite(size) && double.IsFinite(length)
            ? Beside(n is null ? "loss+tokens" : "loss+params", size, length)
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{(n is { } p ? $"no amount of data brings {Quantity.Format(p)} parameters" : $"no size brings {Quantity.Format(d!.Value)} tokens")} to a loss of {loss:G6}"));
    }

    /// <summary>Any N and D.</summary>
    public Allocation ForParamsAndTokens(double n, double d) => Beside("params+tokens", Positive("params", n), Positive("tokens", d));

    /// <summary>The cheapest model of a loss over its life: trained, and then used.</summary>
    /// <param name="loss">To reach.</param>
    /// <param name="served">Tokens that it will read and write, &gt; 0.</param>
    public Allocation ForServing(double loss, double served)
    {
        var map = Map();
        var (n, d) = map.ForServing(Positive("loss", loss), Positive("inference-tokens", served));
        var (trained, total) = (ForLoss(loss), map.LifetimeFlops(n, d, served));
        return Beside("loss+inference", n, d) with { LifetimeFlops = total, LifetimeSaving = 1 - (total / map.LifetimeFlops(trained.N, trained.D, served)) };
    }

    /// <summary>Under a budget, each of the sizes that can be had, the least loss first.</summary>
    public IReadOnlyList<Allocation> Among(double flops, IEnumerable<double> sizes) => [.. sizes.Select(n => ForFlopsWith(flops, n, null)).OrderBy(a => a.Loss)];

    private Landscape Map() => _landscape ?? throw new InputException("this law says where the optimum lies, and nothing of losses");

    private Allocation Beside(string given, double n, double d)
    {
        var (map, c) = (Map(), _frontier.Cost.Flops(n, d));
        var loss = map.Loss(n, d);
        return double.IsFinite(c) && double.IsFinite(loss)
            ? new Allocation(given, c, n, d, loss) { ExcessLoss = (loss / _frontier.Loss(c)) - 1, Intervals = given.Contains("loss", StringComparison.Ordinal) ? [] : OfLoss(n, d), Extrapolation = _range is null ? null : Extrapolated(c, _range) }
            : throw new InputException("this is beyond what the law can be evaluated for");
    }

    // N and D are what they are, so that the loss alone is uncertain.
    private Dictionary<string, Interval> OfLoss(double n, double d)
    {
        if (_landscapes.Count == 0)
        {
            return [];
        }

        double[] losses = [.. _landscapes.Select(l => l.Loss(n, d))];
        var intervals = new Dictionary<string, Interval> { ["loss"] = Quantile.Central(losses, _level) };
        if (_errors.Count > 0)
        {
            intervals["new_run_loss"] = Quantile.Central(from loss in losses from error in _errors select loss * Math.Exp(error), _level);
        }

        return intervals;
    }

    private static double Positive(string given, double value) => double.IsFinite(value) && value > 0
        ? value
        : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--{given} {value}: expected a finite number above 0"));

    private Allocation At(string given, double value, Func<Frontier, double, double> flops)
    {
        if (given == "loss")
        {
            Map();
        }

        var c = flops(_frontier, Positive(given, value));
        if (!double.IsFinite(c) || c <= 0)
        {
            throw new InputException(given == "loss" && value <= _frontier.Floor
                ? string.Create(CultureInfo.InvariantCulture, $"no compute reaches a loss of {value:G6}: the law's floor E is {_frontier.Floor:G6}")
                : string.Create(CultureInfo.InvariantCulture, $"--{given} {value:G4} is beyond what the law can be evaluated for"));
        }

        return new Allocation(given, c, _frontier.N(c), _frontier.D(c), _landscape is null ? null : _frontier.Loss(c))
        {
            FlatParams = _landscape?.SizesWithin(c, _frontier.N(c), _flatShare) is var (low, high) && double.IsFinite(low) && double.IsFinite(high) ? new Interval(low, high) : null,
            FlatShare = _landscape is null ? null : _flatShare,
            Intervals = Intervals(given, value, flops),
            Extrapolation = _range is null ? null : Extrapolated(c, _range),
        };
    }

    private Dictionary<string, Interval> Intervals(string given, double value, Func<Frontier, double, double> flops)
    {
        // A draw whose floor lies above the wanted loss needs infinite compute; where that reaches the interval, the interval has no end.
        var points = _draws.Select(f => (Frontier: f, C: flops(f, value))).ToList();
        var intervals = new Dictionary<string, Interval>();
        void Add(string name, IEnumerable<double> values)
        {
            // 0/0 and the like have no place among the others.
            double[] all = [.. values];
            if (!all.Any(double.IsNaN) && Quantile.Central(all, _level) is var interval && double.IsFinite(interval.Low) && double.IsFinite(interval.High))
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
                Add(name, points.Select(p => of(p.Frontier, p.C)));
            }
        }

        if (given != "loss" && points.Count > 0 && _errors.Count > 0)
        {
            Add("new_run_loss", from p in points let loss = p.Frontier.Loss(p.C) from error in _errors select loss * Math.Exp(error));
        }

        return intervals;
    }

    private static string? Extrapolated(double c, DataRange range) =>
        c > range.C.High ? $"extrapolated: {Quantity.Format(c / range.C.High)} times the compute of the largest run behind this law ({Flops(range.C.High)})"
        : c < range.C.Low ? $"extrapolated: {Quantity.Format(range.C.Low / c)} times less compute than the smallest run behind this law ({Flops(range.C.Low)})"
        : null;

    private static string Flops(double value) => value.ToString("0.##e0", CultureInfo.InvariantCulture) + " FLOPs";
}
