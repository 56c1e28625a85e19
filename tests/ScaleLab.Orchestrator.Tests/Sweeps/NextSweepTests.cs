using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class NextSweepTests
{
    [Fact]
    public void All_but_name_grid_and_budget_stays_as_it_was_written()
    {
        var text = NextSweep.Text(
            SweepFile.Parse("sample.yaml", Sample.Head + "grid:\n  n: [15k, 43k]\n  d: [1M, 2M]\n  seeds: 3\n# slow but sure\ntrain: {lr: 0.001}\nbudget:\n  flops: 1e15\nlaw: [power]\n"),
            151_234,
            8.5e6,
            "the best for 1e13 FLOPs");
        Assert.Equal(
            "# the best for 1e13 FLOPs\nname: sample-next\nmodel: lm\ndata: {source: dotnet-docs}\ngrid:\n  n: 1.5123e+5\n  d: 8.5e+6\n# slow but sure\ntrain: {lr: 0.001}\nlaw: [power]\n",
            text);
    }

    [Fact]
    public void What_is_predicted_stands_in_the_spec_and_comes_back_out_of_it()
    {
        var prediction = new Prediction { Fit = "out/it's/fit.json", Law = "power", Parameters = "60.25 1E-07 0.25 0.25", Loss = 2.5, Low = 2.25, High = 2.75, Level = 0.95 };
        var sample = SweepFile.Parse("sample.yaml", Sample.Head + "grid:\n  n: 15k\n  d: 1M\n");
        var text = NextSweep.Text(sample, 2e5, 3e6, "why", prediction);
        Assert.Contains("  fit: 'out/it''s/fit.json'\n  law: power\n  parameters: '60.25 1E-07 0.25 0.25'\n  loss: 2.5\n  low: 2.25\n", text, StringComparison.Ordinal);
        var read = SweepFile.Parse("next.yaml", text).Spec.Prediction;
        Assert.Equal(prediction, read);

        // The one after that does not inherit it.
        Assert.DoesNotContain("prediction", NextSweep.Text(SweepFile.Parse("next.yaml", text), 2e5, 3e6, "why"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_head_says_of_the_other_sweep_is_left_out()
    {
        var text = NextSweep.Text(SweepFile.Parse("sample.yaml", "# yaml-language-server: $schema=./sweep.schema.json\n#\n# Cost: 1e13 FLOPs.\n\n" + Sample.Head + "grid:\n  n: 15k\n  d: 1M\n"), 2e5, 3e6, "why");
        Assert.StartsWith("# why\n# yaml-language-server: $schema=./sweep.schema.json\nname: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_sizes_are_trained_at_one_compute()
    {
        var text = NextSweep.Text(SweepFile.Parse("sample.yaml", Sample.Head + "grid:\n  n: 15k\n  d: 1M\n"), 1e13, [1e5, 2e5, 4e5], "why");
        Assert.Contains("grid:\n  isoflop:\n    flops: 1e+13\n    n: [1e+5, 2e+5, 4e+5]\n", text, StringComparison.Ordinal);
        var slice = SweepFile.Parse("next.yaml", text).Spec.Grid.Isoflop!;
        Assert.Equal([1e13], slice.Flops);
        Assert.Equal([1e5, 2e5, 4e5], slice.N!);
    }

    [Fact]
    public void A_spec_on_one_line_is_refused() =>
        Assert.Throws<InputException>(() => NextSweep.Text(SweepFile.Parse("sample.yaml", "{name: a, model: lm, data: {source: dotnet-docs}, grid: {n: 15k, d: 1M}}"), 1e5, 1e6, "why"));
}
