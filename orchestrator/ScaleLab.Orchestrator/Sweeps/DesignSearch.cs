using System.Globalization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Finds the largest grid of a wanted form that the budget pays for. Every candidate is planned in full, so shared trunks, seeds, batches and the shapes that exist all count.</summary>
/// <param name="sweep">With <c>grid.design</c> and a budget.</param>
/// <param name="corpus">Bounds D.</param>
/// <param name="target">Bounds memory, and tells the time.</param>
/// <param name="plan">Plans a sweep whose grid is spelt out, whatever it costs.</param>
internal sealed class DesignSearch(SweepFile sweep, CorpusInfo corpus, Target target, Func<SweepFile, Plan> plan)
{
    // Compute of a run at the centre, as powers of two: from less than any model takes to more than anybody has.
    private const int Least = 20;
    private const int Most = 110;

    // Halvings of a factor of two: within 0.1 % of the largest.
    private const int Halvings = 10;

    private readonly DesignSpec _design = sweep.Spec.Grid.Design!;

    /// <exception cref="InputException">No grid of this form fits the budget, or the corpus and the device do not let it be spent.</exception>
    public Plan Find()
    {
        if (!sweep.Spec.Budget.IsSet)
        {
            throw sweep.Error("grid.design", "'design' spends a budget: give 'flops', 'hours' or 'wall_hours' under 'budget', or --flops, --hours or --wall-hours");
        }

        var best = Smallest(out var low);
        if (best.Excess is { } excess)
        {
            throw sweep.Error($"budget.{excess.Key}", $"the smallest design of this form is too large: {excess.Reason}");
        }

        var (next, high) = (best, low);
        while (next.Fits && high < Most)
        {
            (best, low) = (next, high);
            next = Try(++high);
        }

        // It need not be the budget that ends the growth: what bounds the candidates just above the largest one that fits is the reason.
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            var candidate = Try(middle);
            if (candidate.Fits)
            {
                (best, low) = (candidate, middle);
            }
            else
            {
                (next, high) = (candidate, middle);
            }
        }

        return next is { Excess: null, Obstacle: { } obstacle }
            ? throw sweep.Error("grid.design", $"the budget cannot be spent: {obstacle}; the largest design that fits takes {Cost(best.Plan!)}, so lower the budget or change the form")
            : best.Plan! with { Notes = [Described(best.Plan!.Grid), .. best.Plan!.Notes] };
    }

    private static string Described(GridSpec grid)
    {
        return $"the budget pays for {(grid.Isoflop is { } isoflop ? $"isoflop: flops {List(isoflop.Flops)}" : $"n: {List(grid.N!)}, d: {List(grid.D!)}")}; written in place of 'design' they stay, whatever changes";

        static string List(double[] values) => $"[{string.Join(", ", values.Select(Quantity.Format))}]";
    }

    // Below it there are no shapes so small, or steps so short.
    private Candidate Smallest(out double at)
    {
        string? reason = null;
        for (at = Least; at < Most; at++)
        {
            var candidate = Try(at);
            if (candidate.Obstacle is null)
            {
                return candidate;
            }

            reason ??= candidate.Obstacle;
        }

        throw sweep.Error("grid.design", $"no design of this form can be planned: {reason}");
    }

    private Candidate Try(double log2)
    {
        Plan planned;
        try
        {
            planned = plan(sweep.With(sweep.Spec with { Grid = _design.At(sweep.Spec.Grid, Math.Pow(2, log2)) }));
        }
        catch (InputException e)
        {
            // Without its place: nobody wrote these numbers.
            return new Candidate(null, null, e.Message[(e.Message.IndexOf(": ", sweep.File.Length, StringComparison.Ordinal) + 2)..]);
        }

        var longest = planned.Runs.MaxBy(r => r.Exposure.Epochs)!;
        var obstacle = longest.Exposure.Epochs > _design.Epochs
            ? string.Create(CultureInfo.InvariantCulture, $"{BudgetCheck.Name(longest)} needs {longest.Spec.Training.D} {corpus.Unit}, more than the corpus of {corpus.TrainUnits} gives in {_design.Epochs:0.##} {(_design.Epochs == 1 ? "epoch" : "epochs")}")
            : BudgetCheck.Obstacle(planned, target);
        return new Candidate(planned, BudgetCheck.Excess(planned, sweep.Spec.Budget, target.Slots), obstacle);
    }

    private string Cost(Plan plan) => sweep.Spec.Budget switch
    {
        { Flops: not null } => $"{BudgetCheck.Amount(plan.Bill)} FLOPs",
        { Hours: not null } => string.Create(CultureInfo.InvariantCulture, $"{plan.Runs.Sum(r => r.Time.TotalHours):0.##} device hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ListSchedule.Finish(plan.Runs, target.Slots).TotalHours:0.##} hours"),
    };

    private sealed record Candidate(Plan? Plan, (string Key, string Reason)? Excess, string? Obstacle)
    {
        public bool Fits => Excess is null && Obstacle is null;
    }
}
