using System.Text;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Sweeps;
using ScaleLab.Tests;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class PlannerTests
{
    private const string Grid = "grid: {n: [15k, 43k], d: [0.5M, 1M, 4M]}\n";

    [Fact]
    public void Under_wsd_each_size_has_one_trunk_and_a_branch_for_each_d()
    {
        var plan = Sample.Plan(Grid);
        Assert.Equal(2, plan.Runs.Select(r => r.Trunk).Distinct().Count());
        Assert.Equal(6, plan.Runs.Count(r => r.Spec.Training.Phase == RunPhase.Branch));
        Assert.Equal(6, plan.Runs.Count(r => r.Spec.Training.Phase == RunPhase.Trunk));
    }

    [Fact]
    public void A_run_starts_where_its_parent_ends_and_parents_come_first()
    {
        var seen = new Dictionary<string, PlannedRun>();
        foreach (var run in Sample.Plan(Grid).Runs)
        {
            var parent = run.Parent is { } key ? seen[key] : null;
            Assert.Equal(parent?.Spec.Training.EndStep ?? 0, run.Spec.Training.StartStep);
            Assert.Equal(run.Trunk, parent?.Trunk ?? run.Trunk);
            Assert.NotEqual(RunPhase.Branch, parent?.Spec.Training.Phase);
            seen.Add(run.Key, run);
        }
    }

    [Fact]
    public void A_branch_forks_at_the_step_nearest_to_its_share_and_ends_at_the_step_nearest_to_d()
    {
        foreach (var branch in Sample.Plan(Grid).Runs.Where(r => r.IsPoint))
        {
            var training = branch.Spec.Training;
            var timeline = new Timeline(training.Batch);
            Assert.Equal(timeline.StepsNearest((long)(0.8 * training.D)), training.StartStep);
            Assert.InRange(training.D, branch.TargetD - 512, branch.TargetD + 512);
            Assert.Equal(training.D, timeline.SeenBefore(training.EndStep));
        }
    }

    [Fact]
    public void The_bill_is_each_trunk_once_and_every_cooldown()
    {
        var plan = Sample.Plan(Grid);
        foreach (var trunk in plan.Runs.GroupBy(r => r.Trunk))
        {
            var longest = trunk.Where(r => !r.IsPoint).Max(r => r.C);
            var cooldowns = trunk.Where(r => r.IsPoint).Sum(r => r.CSpent);
            Assert.Equal(longest + cooldowns, trunk.Sum(r => r.CSpent), 1e-9 * longest);
        }

        Assert.Equal((0.8 * 4) + (0.2 * 5.5), 5.5 * plan.Bill / plan.BillOfSeparateRuns, 0.01);
    }

    [Fact]
    public void Under_cosine_each_point_is_a_run_of_its_own()
    {
        var plan = Sample.Plan(Grid + "train: {schedule: cosine, warmup_share: 0.1}");
        Assert.Equal(6, plan.Runs.Count);
        Assert.All(plan.Runs, r => Assert.Equal((RunPhase.Whole, null, null), (r.Spec.Training.Phase, r.Parent, r.Trunk)));
        Assert.All(plan.Runs, r => Assert.Equal((long)(0.1 * r.TargetD), r.Spec.Training.Schedule.Warmup));
        Assert.Equal(plan.Bill, plan.BillOfSeparateRuns);
    }

    [Fact]
    public void Every_other_axis_has_trunks_of_its_own()
    {
        var plan = Sample.Plan("grid: {n: 15k, d: [1M, 2M], lr: [2e-3, 4e-3], seeds: 2, weight_decay: [0, 0.1]}");
        Assert.Equal(8, plan.Runs.Select(r => r.Trunk).Distinct().Count());
        Assert.Equal(16, plan.Runs.Count(r => r.IsPoint));
        Assert.Equal(16, plan.Runs.Where(r => r.IsPoint).Select(r => (r.Spec.Training.Optimizer, r.Spec.Training.Seed, r.Spec.Training.D)).Distinct().Count());
    }

    [Fact]
    public void A_ratio_of_tokens_to_parameters_counts_the_parameters_that_are_there()
    {
        foreach (var run in Sample.Plan("grid: {n: [14k, 400k], tokens_per_param: [20]}").Runs.Where(r => r.IsPoint))
        {
            Assert.Equal(20.0 * run.Spec.Training.Model.Parameters.Total, run.Spec.Training.D, 512.0);
        }
    }

    [Theory]
    [InlineData("points: 5")]
    [InlineData("n: [43k, 133k, 382k]")]
    public void Points_of_one_budget_cost_the_same_to_a_step(string sizes)
    {
        var plan = Sample.Plan($"grid: {{isoflop: {{flops: [1e12, 4e12], {sizes}}}}}");
        foreach (var run in plan.Runs.Where(r => r.IsPoint))
        {
            var step = run.Spec.Training.Model.TrainingFlops(new Timeline(run.Spec.Training.Batch).BatchAt(run.Spec.Training.EndStep));
            Assert.Equal(run.Budget!.Value, run.C, step);
        }
    }

    [Fact]
    public void The_points_of_a_budget_lie_around_twenty_tokens_a_parameter()
    {
        var plan = Sample.Plan("grid: {isoflop: {flops: 1e14, points: 5, spread: 4}}");
        var ratios = plan.Runs.Where(r => r.IsPoint).OrderBy(r => r.Spec.Training.Model.Parameters.Total)
            .Select(r => (double)r.Spec.Training.D / r.Spec.Training.Model.Parameters.Total).ToList();
        Assert.InRange(ratios[2], 15, 25);
        Assert.InRange(ratios[0] / ratios[2], 12, 20);
        Assert.InRange(ratios[2] / ratios[4], 12, 20);
    }

    [Theory]
    [InlineData("mae", 1e13)]
    [InlineData("simclr", 1e14)]
    [InlineData("dino", 1e14)]
    public void The_points_of_a_budget_lie_around_the_wanted_images_a_parameter(string model, double flops)
    {
        var plan = Planner.Plan(
            SweepFile.Parse("sample.yaml", $"name: sample\nmodel: {model}\ndata: {{source: shape-leaves}}\ngrid: {{isoflop: {{flops: {flops:R}, points: 3, spread: 2}}}}\n"), Sample.Images, new Target(), "0.1.0");
        var ratios = plan.Runs.Where(r => r.IsPoint).OrderBy(r => r.Spec.Training.Model.Parameters.Total)
            .Select(r => (double)r.Spec.Training.D / r.Spec.Training.Model.Parameters.Total).ToList();
        Assert.InRange(ratios[1], 14, 28);
        Assert.InRange(ratios[0] / ratios[1], 2, 7);
        Assert.InRange(ratios[1] / ratios[2], 2, 7);
    }

    [Fact]
    public void Sizes_that_share_a_shape_are_planned_once_and_told()
    {
        var plan = Sample.Plan("grid: {n: [43k, 43.5k], d: 1M}");
        Assert.Equal(2, plan.Runs.Count);
        Assert.Equal("n 43.5k, d 1M is the same run as n 43k, d 1M after rounding; it is planned once", Assert.Single(plan.Notes));
    }

    [Fact]
    public void Data_beyond_one_epoch_is_told()
    {
        var plan = Sample.Plan("grid: {n: 15k, d: [4M, 17.6M]}");
        Assert.Equal(plan.Corpus.UnitsPerEpoch(plan.Runs[0].Spec.Training.Model)!.Value, plan.Runs.Max(r => r.Exposure.UniqueD));
        Assert.StartsWith("1 of 2 points see the corpus more than once, up to 2 times", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_held_out_set_smaller_than_a_batch_is_refused_where_the_loss_compares_images()
    {
        var corpus = Sample.Images with { Images = Sample.Images.Images! with { HeldOut = 100 } };
        Assert.NotEmpty(Of("mae", 128).Runs);
        Assert.NotEmpty(Of("vicreg", 100).Runs);
        var error = Assert.Throws<InputException>(() => Of("vicreg", 128));
        Assert.EndsWith("100 images are held out, fewer than one batch of 128, on which a loss that compares them is measured; hold out more, or take a smaller batch", error.Message, StringComparison.Ordinal);

        Plan Of(string model, int batch) => Planner.Plan(
            SweepFile.Parse("sample.yaml", $"name: sample\nmodel: {model}\ndata: {{source: shape-leaves}}\ngrid: {{n: 100k, d: 100k}}\ntrain: {{batch: {batch}}}\n"), corpus, new Target(), "0.1.0");
    }

    [Fact]
    public void What_is_evaluated_changes_no_key()
    {
        var some = Sample.Plan(Grid + "evaluation: {blocks: 4}");
        Assert.Equal(Sample.Plan(Grid).Runs.Select(r => r.Key), some.Runs.Select(r => r.Key));
        Assert.All(some.Runs, r => Assert.Equal(4, r.Spec.Evaluation.Blocks));
    }

    [Fact]
    public void More_amounts_of_data_leave_the_runs_before_them_alone()
    {
        var few = Sample.Plan("grid: {n: 15k, d: [1M, 2M]}").Runs.Select(r => r.Key);
        var more = Sample.Plan("grid: {n: 15k, d: [1M, 2M, 4M]}").Runs.Select(r => r.Key);
        Assert.Subset(more.ToHashSet(), few.ToHashSet());
    }

    [Fact]
    public void A_stretch_of_trunk_that_nothing_waits_for_is_not_trained()
    {
        var before = Sample.Plan("grid: {n: 15k, d: [1M, 4M]}").Runs.Select(r => r.Key).ToHashSet();
        var whole = Sample.Plan("grid: {n: 15k, d: [1M, 2M, 4M]}");
        var missing = whole.WithoutIdleTrunks(before.Contains).Runs.Where(r => !before.Contains(r.Key)).ToList();
        Assert.Equal([RunPhase.Trunk, RunPhase.Branch], missing.Select(r => r.Spec.Training.Phase));
        Assert.Equal(whole.Runs, whole.WithoutIdleTrunks(_ => false).Runs);
        Assert.Equal(whole.Runs, whole.WithoutIdleTrunks(_ => true).Runs);
    }

    [Fact]
    public void A_larger_context_cuts_the_batch_into_fewer_windows()
    {
        var training = Sample.Plan("options: {context: 1024}\ngrid: {n: 133k, d: 1M}").Runs[0].Spec;
        Assert.Equal(1024, training.Training.Batch.Initial);
        Assert.Equal(2, training.Execution.Chunk);
    }

    [Fact]
    public void The_plan_of_a_small_sweep_is_golden()
    {
        var plan = Sample.Plan(Grid);
        Golden.Check("plan.json", JsonSerializer.Serialize(PlanReport.Of(plan, slots: 2), PlanJson.Default.PlanReport) + "\n");
        using var csv = new MemoryStream();
        Csv.Write(csv, plan.Rows());
        Golden.Check("plan.csv", Encoding.UTF8.GetString(csv.ToArray()));
    }

    [Fact]
    public void A_budget_that_suffices_is_no_matter()
    {
        var bill = Sample.Plan(Grid).Bill;
        Assert.Equal(bill, Sample.Plan(Grid + $"budget: {{flops: {bill:R}, hours: 1}}").Bill);
        Assert.Throws<InputException>(() => Sample.Plan(Grid + $"budget: {{flops: {bill * 0.999:R}}}"));
        Assert.Throws<InputException>(() => Sample.Plan(Grid + "budget: {hours: 0.001}"));

        // What turned out under way not to fit takes longer, and was paid for.
        var hours = Sample.Plan(Grid).Runs.Sum(r => r.Time.TotalHours);
        var dearer = Sample.Plan(Grid + $"budget: {{hours: {hours:R}}}", new Target { RecomputeFrom = 1 });
        Assert.True(dearer.Runs.Sum(r => r.Time.TotalHours) > hours);
    }
}
