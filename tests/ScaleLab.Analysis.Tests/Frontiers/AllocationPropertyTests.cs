using CsCheck;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Analysis.Frontiers;
using ScaleLab.Analysis.Laws;
using ScaleLab.Analysis.Tests.Figures;

namespace ScaleLab.Analysis.Tests.Frontiers;

/// <summary>
/// Every kind of allocation, for random laws, costs and budgets, against a search that knows nothing of formulas: the answer keeps its constraint, and nothing
/// else that keeps it is better. N and D are also compared where the minimum is sharp enough to tell them.
/// </summary>
public sealed class AllocationPropertyTests
{
    private const double Exact = 1e-9;
    private const double Close = 1e-6;

    // Half of the digits: what rounding hides beside a minimum, where values in between are found by bisection.
    private const double Flat = 1e-4;

    // What either term leaves at 100M parameters and 2B tokens, so that neither is ever nothing beside the other.
    private static readonly Gen<LossSurface> Additive =
        from e in Gen.Double[0, 2]
        from u in Gen.Double[0.1, 2]
        from v in Gen.Double[0.1, 2]
        from alpha in Gen.Double[0.2, 0.8]
        from beta in Gen.Double[0.2, 0.8]
        select Law("chinchilla", e, u * Math.Pow(1e8, alpha), v * Math.Pow(2e9, beta), alpha, beta);

    private static readonly Gen<LossSurface> Kaplan =
        from n in Gen.Double[11, 15]
        from d in Gen.Double[11, 15]
        from a in Gen.Double[0.05, 0.2]
        from b in Gen.Double[0.05, 0.2]
        select Law("kaplan", Math.Pow(10, n), Math.Pow(10, d), a, b);

    private static readonly Gen<LossSurface> Any = Gen.OneOf(
        Additive,
        Additive.Select(law => Law("power", law["A"], law["B"], law["alpha"], law["beta"])),
        Additive.Select(law => Law("tied", law["E"], law["A"], law["B"], law["alpha"])),
        Gen.Select(Additive, Gen.Double[0.4, 1.5], (law, gamma) => Law("gamma", [.. law.Parameters, gamma])),
        Kaplan);

    private static readonly Gen<LossSurface> Repeating =
        Gen.Select(Additive, Gen.Double[2, 40], Gen.Double[2, 40], (law, data, size) => Law("data_constrained", [.. law.Parameters, data, size]));

    // C = k·N^m·D: m is 1, or less where a decoder of fixed size is paid for.
    private static readonly Gen<Cost> AnyCost = Gen.Select(Gen.Double[1, 500], Gen.OneOf(Gen.Const(1.0), Gen.Double[0.5, 1.1]), (k, m) => new Cost(k, m));

    private static readonly Gen<double> Compute = Decades(16, 23);

    // How many times the compute is spent for which the different tokens that there are were the best amount. Far beyond, repetitions and larger models have nothing
    // more to give, and a loss no longer tells a compute.
    private static readonly Gen<double> Scarcity = Decades(-0.3, 2.5);

    [Fact]
    public void A_budget_is_split_where_a_search_along_it_finds_the_least_loss() =>
        Gen.Select(Any, AnyCost, Compute).Sample((law, cost, flops) =>
        {
            var frontier = law.Frontier(cost)!;
            var (n, d) = (frontier.N(flops), frontier.D(flops));
            var best = Along(law, cost, flops);
            Same(flops, cost.Flops(n, d), Exact);
            Same(best, n, Close);
            Same(Reducible(law).Loss(best, cost.D(flops, best)), Reducible(law).Loss(n, d), Exact);
            Same(law.Loss(n, d), frontier.Loss(flops), Exact);
        });

    [Fact]
    public void A_size_or_an_amount_of_data_is_best_at_the_compute_that_is_told() =>
        Gen.Select(Any, AnyCost, Decades(6, 12), Decades(8, 13)).Sample((law, cost, n, d) =>
        {
            var frontier = law.Frontier(cost)!;
            Same(n, Along(law, cost, frontier.FlopsForN(n)), Close);
            var flops = frontier.FlopsForD(d);
            Same(d, cost.D(flops, Along(law, cost, flops)), Close);
        });

    [Fact]
    public void No_model_of_a_loss_is_cheaper_than_the_one_that_is_told() =>
        Gen.Select(Any, AnyCost, Compute).Sample((law, cost, flops) =>
        {
            var frontier = law.Frontier(cost)!;
            var loss = frontier.Loss(flops);
            var least = Least(law, loss);
            var n = Minimum(size => Math.Log(cost.Flops(size, Tokens(law, size, loss))), least * (1 + 1e-9), least * 1e12);
            Same(cost.Flops(n, Tokens(law, n, loss)), frontier.FlopsForLoss(loss), Close);
            Same(n, frontier.N(frontier.FlopsForLoss(loss)), Flat);
        });

    [Fact]
    public void A_fixed_size_or_amount_of_data_costs_its_budget_and_reaches_its_loss() =>
        Gen.Select(Any, Compute, Gen.Double[0.2, 5]).Sample((law, flops, factor) =>
        {
            var allocator = new Allocator(Fitted(law));
            var best = Along(law, 6, flops);
            foreach (var (n, d) in (ReadOnlySpan<(double?, double?)>)[(best * factor, null), (null, flops / (6 * best) * factor)])
            {
                var answer = allocator.ForFlopsWith(flops, n, d);
                Same(flops, 6 * answer.N * answer.D, Exact);
                Same(law.Loss(answer.N, answer.D), answer.Loss!.Value, Exact);
                Assert.Equal((law.Loss(answer.N, answer.D) / law.Loss(best, flops / (6 * best))) - 1, answer.ExcessLoss!.Value, Exact);
                var reached = allocator.ForLossWith(answer.Loss.Value, n, d);
                Same(answer.N, reached.N, Close);
                Same(answer.D, reached.D, Close);
            }
        });

    [Fact]
    public void The_flat_range_ends_where_the_share_is_lost() =>
        Gen.Select(Any, Compute, Gen.Double[1e-3, 0.05]).Sample((law, flops, share) =>
        {
            var (low, high) = new Allocator(Fitted(law)).Within(share).ForFlops(flops).FlatParams!.Value;
            var best = Along(law, 6, flops);
            double Lost(double n) => (law.Loss(n, flops / (6 * n)) / law.Loss(best, flops / (6 * best))) - 1;
            Assert.True(low < best && best < high);
            Assert.Equal(share, Lost(low), Exact);
            Assert.Equal(share, Lost(high), Exact);
        });

    [Fact]
    public void Of_the_sizes_that_can_be_had_the_one_with_the_least_loss_comes_first() =>
        Gen.Select(Any, Compute, Decades(6, 12).Array[2, 9]).Sample((law, flops, sizes) =>
        {
            var ordered = new Allocator(Fitted(law)).Among(flops, sizes);
            Assert.Equal(sizes.Min(n => law.Loss(n, flops / (6 * n))), ordered[0].Loss);
            Assert.Equal(sizes.Order(), ordered.Select(a => a.N).Order());
        });

    [Fact]
    public void No_model_of_a_loss_is_cheaper_to_train_and_to_use() =>
        Gen.Select(Any, Compute, Decades(8, 15)).Sample((law, flops, served) =>
        {
            var loss = law.Frontier()!.Loss(flops);
            var answer = new Allocator(Fitted(law)).ForServing(loss, served);
            Same(loss, law.Loss(answer.N, answer.D), Exact);
            Same(answer.N * ((6 * answer.D) + (2 * served)), answer.LifetimeFlops!.Value, Exact);
            double Lifetime(double n) => n * ((6 * Tokens(law, n, loss)) + (2 * served));
            var least = Least(law, loss);
            var n = Minimum(size => Math.Log(Lifetime(size)), least * (1 + 1e-9), least * 1e12);
            Same(Lifetime(n), answer.LifetimeFlops.Value, Close);
            Same(n, answer.N, Flat);
            var trained = Along(law, 6, flops);
            Assert.Equal(1 - (Lifetime(n) / (flops + (2 * served * trained))), answer.LifetimeSaving!.Value, Close);
        });

    [Fact]
    public void Of_few_tokens_no_repetition_of_them_is_better_than_the_one_that_is_told() =>
        Gen.Select(Repeating, Compute, Scarcity).Sample((law, flops, scarcity) =>
        {
            var unique = law.Frontier()!.D(flops / scarcity);
            var answer = new Allocator(Fitted(law), unique).ForFlops(flops);
            Same(flops, 6 * answer.N * answer.D, Exact);
            Same(Limited(law, unique, answer.N, answer.D), answer.Loss!.Value, Exact);
            double Left(double n) => Limited(Reducible(law), unique, n, flops / (6 * n));
            Same(Left(Lowest(Left, answer.N)), Left(answer.N), Exact);
        });

    [Fact]
    public void Of_few_tokens_no_model_of_a_loss_is_cheaper_than_the_one_that_is_told() =>
        Gen.Select(Repeating, Compute, Scarcity, Decades(8, 15)).Sample((law, flops, scarcity, served) =>
        {
            var unique = law.Frontier()!.D(flops / scarcity);
            var allocator = new Allocator(Fitted(law), unique);
            var loss = allocator.ForFlops(flops).Loss!.Value;
            double Needed(double n) => Bisect(d => Limited(law, unique, n, d) > loss);
            var (trained, lived) = (allocator.ForLoss(loss), allocator.ForServing(loss, served));
            double Training(double n) => 6 * n * Needed(n);
            double Lifetime(double n) => n * ((6 * Needed(n)) + (2 * served));
            Same(flops, trained.Flops, Close);
            Same(Training(Lowest(Training, trained.N)), trained.Flops, Close);
            Same(loss, Limited(law, unique, lived.N, lived.D), Exact);
            Same(Lifetime(Lowest(Lifetime, lived.N)), lived.LifetimeFlops!.Value, Close);
        });

    private static Gen<double> Decades(double from, double to) => Gen.Double[from, to].Select(x => Math.Pow(10, x));

    private static LossSurface Law(string name, params ReadOnlySpan<double> parameters) => new(ScalingLaw.Of(name), [.. parameters]);

    private static Fit Fitted(LossSurface law) => SyntheticSweep.Fit(intervals: false) with { Law = law.Law.Name, Surface = law, Frontier = law.Frontier() };

    // Without the floor, which moves no optimum and would take digits from it.
    private static LossSurface Reducible(LossSurface law) => law.Law.ParameterNames[0] == "E" ? law with { Parameters = law.Parameters.SetItem(0, 0) } : law;

    private static double Limited(LossSurface law, double unique, double n, double d) => law.Loss(new RunScale(n, d) { UniqueD = Math.Min(d, unique) });

    // The best size for a budget, where the loss neither falls nor rises with ln N: differences tell that to more digits than values do.
    private static double Along(LossSurface law, Cost cost, double flops)
    {
        const double Step = 1e-4;
        double Loss(double logN) => Reducible(law).Loss(Math.Exp(logN), cost.D(flops, Math.Exp(logN)));
        return Bisect(n => Loss(Math.Log(n) + Step) < Loss(Math.Log(n) - Step));
    }

    private static double Tokens(LossSurface law, double n, double loss) => Bisect(d => law.Loss(n, d) > loss);

    // The smallest size that reaches a loss with any data at all.
    private static double Least(LossSurface law, double loss) => Bisect(n => law.Loss(n, 1e130) > loss);

    // Of a function with one minimum, by thirds of ln x.
    private static double Minimum(Func<double, double> f, double from, double to)
    {
        var (low, high) = (Math.Log(from), Math.Log(to));
        for (var i = 0; i < 120; i++)
        {
            var third = (high - low) / 3;
            (low, high) = f(Math.Exp(low + third)) < f(Math.Exp(high - third)) ? (low, high - third) : (low + third, high);
        }

        return Math.Exp((low + high) / 2);
    }

    // Of a function that may have several, over four decades on both sides of a place.
    private static double Lowest(Func<double, double> f, double around)
    {
        const double Step = 0.05;
        var best = Enumerable.Range(-184, 369).Select(i => around * Math.Exp(Step * i)).MinBy(f);
        return Minimum(f, best * Math.Exp(-Step), best * Math.Exp(Step));
    }

    // Up to where something holds, over all sizes and amounts; infinite where it always does.
    private static double Bisect(Func<double, bool> holds)
    {
        var (low, high) = (-100.0, 300.0);
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(Math.Exp(middle)) ? (middle, high) : (low, middle);
        }

        return high == 300 ? double.PositiveInfinity : Math.Exp(high);
    }

    private static void Same(double expected, double actual, double relative) => Synthetic.Close(expected, actual, relative);
}
