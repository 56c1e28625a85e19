using System.Globalization;
using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Comparing;

/// <summary>How two sweeps are compared.</summary>
public sealed record PairOptions
{
    /// <summary>Fitted to both; a name of <see cref="ScalingLaw.All"/> with a frontier.</summary>
    public string Law { get; init; } = "chinchilla";

    /// <summary>One E for both: the loss that no model has on these data, whatever the recipe. Else each has its own.</summary>
    public bool SharedFloor { get; init; } = true;

    /// <summary>Resamples, 0 = no intervals.</summary>
    public int Bootstrap { get; init; } = 1000;

    /// <summary>Coverage of the intervals, in (0, 1).</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Of the resampling.</summary>
    public ulong Seed { get; init; }
}

/// <summary>Two sweeps' laws at equal loss: what the first pays for it, and what the second.</summary>
public sealed record SweepPair
{
    internal SweepPair(PairOptions options, Fit one, Fit other) => (Options, OneRange, OtherRange) = (options, one.Diagnostics.Range, other.Diagnostics.Range);

    public PairOptions Options { get; }

    /// <summary>Why these sweeps cannot be compared so; null where they can.</summary>
    public string? Refused { get; internal init; }

    /// <summary>The first sweep's frontier, with the common E where one was asked for; null when refused.</summary>
    public Frontier? One { get; internal init; }

    /// <summary>The second's.</summary>
    public Frontier? Other { get; internal init; }

    /// <summary>Of the first sweep's runs; null where it has none.</summary>
    public DataRange? OneRange { get; }

    /// <summary>Of the second's.</summary>
    public DataRange? OtherRange { get; }

    /// <summary><c>shared</c>: both have one E; <c>own</c>: each its own; <c>none</c>: the law has no E.</summary>
    public string Floors => !ScalingLaw.Of(Options.Law).Form.HasFloor ? "none" : Options.SharedFloor ? "shared" : "own";

    /// <summary>Groups of rows that were drawn in both alike: those of one seed, N and D.</summary>
    public int PairedClusters { get; internal init; }

    /// <summary>Both frontiers by resample, for bands; empty without intervals.</summary>
    public IReadOnlyList<(Frontier One, Frontier Other)> Draws { get; internal init; } = [];

    /// <summary>Why there are no intervals; null where there are.</summary>
    public string? NoIntervals { get; internal init; }

    /// <summary>E of the second less E of the first where each has its own; null where the law has none, or without intervals.</summary>
    public Interval? FloorDifference { get; internal init; }

    /// <summary>Both laws, fitted.</summary>
    /// <param name="one">The sweep whose loss is to be reached.</param>
    /// <param name="other">The one that is to reach it.</param>
    /// <param name="options">Law, floor, resampling.</param>
    /// <exception cref="InputException">An option is out of range. Sweeps that cannot carry the law are no error: the pair says so.</exception>
    public static SweepPair Of(ObservationTable one, ObservationTable other, PairOptions? options = null) => PairFit.Run(one, other, options ?? new());

    /// <summary>What both pay for the loss that the first has at a budget.</summary>
    /// <param name="flops">C of the first, &gt; 0.</param>
    public ComputeRatio AtFlops(double flops) => At(one => flops, one => one.Loss(flops));

    /// <summary>What both pay for a loss.</summary>
    /// <param name="loss">Above the first law's floor.</param>
    /// <exception cref="InputException">The first sweep's law never reaches it.</exception>
    public ComputeRatio AtLoss(double loss) => double.IsFinite(Known(One).FlopsForLoss(loss))
        ? At(one => one.FlopsForLoss(loss), _ => loss)
        : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"no compute brings the first sweep to {loss:G6}: its law's floor is {One!.Floor:G6}"));

    /// <returns>The ratio at even steps of ln C of the first, both ends included.</returns>
    /// <param name="from">FLOPs, &gt; 0.</param>
    /// <param name="to">FLOPs, above <paramref name="from"/>.</param>
    /// <param name="points">At least 2.</param>
    public IReadOnlyList<ComputeRatio> Along(double from, double to, int points) =>
        [.. Enumerable.Range(0, points).Select(i => AtFlops(from * Math.Pow(to / from, i / (points - 1.0))))];

    internal SweepPair With(IReadOnlyList<(Frontier One, Frontier Other)> draws, Interval? floors) => this with { Draws = draws, FloorDifference = floors };

    internal SweepPair Without(string reason) => this with { NoIntervals = reason };

    private ComputeRatio At(Func<Frontier, double> flops, Func<Frontier, double> loss)
    {
        var (c, reached) = (flops(Known(One)), loss(One!));
        var paid = Known(Other).FlopsForLoss(reached);

        // A floor above the loss costs infinite compute: that ratio is 0, or infinite where it is the first's, or open where it is both's.
        var ratios = Draws.Select(d => flops(d.One) / d.Other.FlopsForLoss(loss(d.One))).Where(r => !double.IsNaN(r)).ToList();
        var interval = 2 * ratios.Count > Draws.Count ? Quantile.Central(ratios, Options.Level) : (Interval?)null;
        return new ComputeRatio(c, reached, double.IsFinite(paid) ? paid : null)
        {
            Interval = interval is { } i && double.IsFinite(i.Low) && double.IsFinite(i.High) ? i : null,
            Extrapolation = Beyond(c, OneRange, "the first") ?? Beyond(paid, OtherRange, "the second"),
        };
    }

    private Frontier Known(Frontier? frontier) => frontier ?? throw new InputException($"these sweeps cannot be compared: {Refused}");

    private static string? Beyond(double c, DataRange? range, string whose) => range is not { } r || !double.IsFinite(c) ? null
        : c > r.C.High * (1 + 1e-9) ? $"{Quantity.Format(c / r.C.High)} times the largest run of {whose}"
        : c < r.C.Low * (1 - 1e-9) ? $"{Quantity.Format(r.C.Low / c)} times less than the smallest run of {whose}"
        : null;
}
