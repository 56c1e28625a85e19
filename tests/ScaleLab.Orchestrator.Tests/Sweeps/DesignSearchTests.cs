using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class DesignSearchTests
{
    private static readonly CorpusInfo Large = Sample.Corpus with { TrainTokens = 100_000_000_000 };

    [Theory]
    [InlineData("{flops: 1e13}", 1)]
    [InlineData("{flops: 3e16}", 1)]
    [InlineData("{hours: 2}", 1)]
    [InlineData("{wall_hours: 2}", 3)]
    public void A_design_spends_its_budget_and_no_more(string budget, int slots)
    {
        var plan = Plan($"grid: {{design: {{sizes: 4, amounts: 3}}}}\nbudget: {budget}", slots);
        Assert.Equal(12, plan.Runs.Count(r => r.IsPoint));
        Assert.InRange(PlanTotals.Of(plan, slots).BudgetShare!.Value, 0.9, 1);
    }

    [Fact]
    public void Sizes_and_amounts_span_what_was_asked_for_around_the_wanted_ratio()
    {
        var grid = Plan("grid: {design: {sizes: 5, amounts: 3, n_span: 9, d_span: 4, tokens_per_param: 30}}\nbudget: {flops: 1e16}").Grid;
        Assert.Equal((5, 3), (grid.N!.Length, grid.D!.Length));
        Assert.Equal(9, grid.N[^1] / grid.N[0], 0.1);
        Assert.Equal(4, grid.D[^1] / grid.D[0], 0.1);
        Assert.Equal(30, grid.D[1] / grid.N[2], 0.3);
    }

    [Fact]
    public void Isoflop_designs_have_curves_of_equal_compute()
    {
        var plan = Plan("grid: {design: {kind: isoflop, sizes: 5, amounts: 3}}\nbudget: {flops: 1e15}\ntrain: {schedule: cosine}");
        Assert.Equal([5, 5, 5], plan.Runs.GroupBy(r => r.Budget).Select(g => g.Count()));
        Assert.InRange(plan.Bill, 0.9e15, 1e15);
    }

    [Fact]
    public void Seeds_and_axes_are_paid_from_the_same_budget()
    {
        var one = Plan("grid: {design: {sizes: 3, amounts: 2}}\nbudget: {flops: 1e14}");
        var four = Plan("grid: {design: {sizes: 3, amounts: 2}, seeds: 2, lr: [1e-3, 2e-3]}\nbudget: {flops: 1e14}");
        Assert.Equal(4 * one.Runs.Count, four.Runs.Count);
        Assert.True(four.Grid.N![0] < one.Grid.N![0]);
        Assert.InRange(four.Bill, 0.9e14, 1e14);
    }

    [Fact]
    public void The_lists_of_a_design_give_the_same_runs_when_they_are_written_out()
    {
        var design = Plan("grid: {design: {sizes: 4, amounts: 3}}\nbudget: {flops: 1e14}");
        var written = Plan($"grid: {{n: [{string.Join(", ", design.Grid.N!)}], d: [{string.Join(", ", design.Grid.D!)}]}}");
        Assert.Equal(design.Runs.Select(r => r.Key), written.Runs.Select(r => r.Key));
        Assert.StartsWith("the budget pays for n: [", design.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void More_passes_over_the_corpus_are_had_for_the_asking()
    {
        const string design = "grid: {design: {sizes: 4, amounts: 3, epochs: 4}}\nbudget: {flops: 1e14}";
        Assert.InRange(Sample.Plan(design).Runs.Max(r => r.Exposure.Epochs), 1, 4);
        Assert.Contains(" tokens, more than the corpus of 8800000 gives in 1 epoch; the largest design that fits takes ", Assert.Throws<InputException>(() => Sample.Plan(design.Replace(", epochs: 4", "", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_design_stays_within_the_memory_of_its_device()
    {
        var target = new Target { HostBytes = 350_000_000 };
        var error = Assert.Throws<InputException>(() => Planner.Plan(SweepFile.Parse("a.yaml", Sample.Head + "grid: {design: {sizes: 4, amounts: 3}}\nbudget: {flops: 1e18}"), Large, target, "0.1.0"));
        Assert.Contains(" where a run has 0.35 GB on cpu", error.Message, StringComparison.Ordinal);
        Assert.Contains("; the largest design that fits takes ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu", "n 43.2k, d 800k needs 0.3 GB where a run has 0.1 GB on cpu, ")]
    [InlineData("cuda", "n 43.2k, d 800k needs 1.08 GB where a run has 0.1 GB on cuda, 10.")]
    public void A_run_that_no_device_can_hold_is_refused(string device, string message)
    {
        var target = device == "cpu" ? new Target { HostBytes = 100_000_000, Slots = 2 } : new Target { Device = device, MemoryBytes = 100_000_000 };
        var error = Assert.Throws<InputException>(() => Sample.Plan("grid: {n: 43k, d: 1M}", target));
        Assert.StartsWith($"sample.yaml:4:7: {message}", error.Message, StringComparison.Ordinal);
    }

    private static Plan Plan(string rest, int slots = 1) => Planner.Plan(SweepFile.Parse("sample.yaml", Sample.Head + rest), Large, new Target { Slots = slots }, "0.1.0");
}
