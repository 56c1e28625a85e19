using System.Globalization;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Compares a plan with what its spec allows and its device can hold.</summary>
internal static class BudgetCheck
{
    /// <returns>Why the plan costs too much, and the key that says so; null where it does not.</returns>
    public static (string Key, string Reason)? Excess(Plan plan, BudgetSpec budget, int slots)
    {
        return Over("flops", plan.Bill, budget.Flops, "FLOPs", r => r.CSpent)
            ?? Over("hours", plan.Runs.Sum(r => r.Time.TotalHours), budget.Hours, "device hours (estimated)", r => r.Time.TotalHours)
            ?? Over("wall_hours", budget.WallHours is null ? 0 : ListSchedule.Finish(plan.Runs, slots).TotalHours, budget.WallHours, string.Create(CultureInfo.InvariantCulture, $"hours on {slots} {(slots == 1 ? "slot" : "slots")} (estimated)"), r => r.Time.TotalHours);

        (string, string)? Over(string key, double cost, double? cap, string unit, Func<PlannedRun, double> share)
        {
            if (!(cost > cap))
            {
                return null;
            }

            var largest = plan.Runs.MaxBy(share)!;
            return (key, string.Create(
                CultureInfo.InvariantCulture,
                $"the sweep costs {Amount(cost)} {unit}, {cost / cap:0.##} times the budget of {Amount(cap.Value)}; its largest run, {Name(largest)}, takes {Amount(share(largest))}"));
        }
    }

    /// <returns>Why a run cannot be trained on the target; null where all can. Memory that is only assumed refuses nothing.</returns>
    public static string? Obstacle(Plan plan, Target target)
    {
        var known = target.LargestBytes ?? target.MemoryBytes ?? target.HostBytes;
        var largest = plan.Runs.MaxBy(r => r.Memory)!;
        return largest.Memory > known
            ? string.Create(CultureInfo.InvariantCulture, $"{Name(largest)} needs {largest.Memory / 1e9:0.##} GB where a run has {known / 1e9:0.##} GB on {target.Device}, {(double)largest.Memory / known:0.##} times as much as there is; a run trains on one device and cannot be split{(target.Slots > 1 ? ": fewer --lanes leave more for each" : "")}")
            : null;
    }

    public static string Amount(double value) => value >= 1e6 ? value.ToString("0.##e+0", CultureInfo.InvariantCulture) : Quantity.Format(value);

    public static string Name(PlannedRun run) => $"n {Quantity.Format(run.Spec.Training.Model.Parameters.Total)}, d {Quantity.Format(run.Spec.Training.D)}";
}
