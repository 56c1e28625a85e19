using System.Globalization;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Refuses a plan that costs more than its spec allows.</summary>
internal static class BudgetCheck
{
    public static void Enforce(SweepFile sweep, Plan plan)
    {
        var budget = sweep.Spec.Budget;
        Compare("flops", plan.Bill, budget.Flops, "FLOPs");
        Compare("hours", plan.Runs.Sum(r => r.Time.TotalHours), budget.Hours, "device hours (estimated)");

        void Compare(string key, double cost, double? cap, string unit)
        {
            if (cost > cap)
            {
                throw sweep.Error($"budget.{key}", string.Create(
                    CultureInfo.InvariantCulture,
                    $"the sweep costs {Text(cost)} {unit}, {cost / cap:0.##} times the budget of {Text(cap.Value)}"));
            }
        }
    }

    private static string Text(double value) => value >= 1e6 ? value.ToString("0.##e+0", CultureInfo.InvariantCulture) : Quantity.Format(value);
}
