using ScaleLab.Contracts.Runs;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Tests.Sweeps;

public sealed class PlannerTests
{
    private const string Grid = "grid: {n: [15k, 43k], d: [0.5M, 1M, 2M]}";

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
            var start = run.Spec.Parent is { } parent ? seen[parent].Spec.Training.EndStep : 0;
            Assert.Equal(start, run.Spec.Training.StartStep);
            seen.Add(run.Spec.Key, run);
        }
    }

    [Fact]
    public void The_bill_of_a_trunk_is_what_separate_runs_do_not_repeat()
    {
        var plan = Sample.Plan(Grid);
        foreach (var trunk in plan.Runs.GroupBy(r => r.Trunk))
        {
            var longest = trunk.Where(r => !r.IsPoint).Max(r => r.C);
            var cooldowns = trunk.Where(r => r.IsPoint).Sum(r => r.CSpent);
            Assert.Equal(longest + cooldowns, trunk.Sum(r => r.CSpent), 1e-9 * longest);
        }

        Assert.True(plan.Bill < 0.7 * plan.BillOfSeparateRuns);
    }

    [Fact]
    public void Under_cosine_each_point_is_a_run_of_its_own()
    {
        var plan = Sample.Plan(Grid + "\ntrain: {schedule: cosine}");
        Assert.Equal(6, plan.Runs.Count);
        Assert.All(plan.Runs, r => Assert.Equal(RunPhase.Whole, r.Spec.Training.Phase));
        Assert.Equal(plan.Bill, plan.BillOfSeparateRuns);
    }
}
