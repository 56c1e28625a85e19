using System.Text.Json.Serialization;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Slurm;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>What <c>scalelab plan --json</c> prints.</summary>
internal sealed record PlanReport
{
    public required int Format { get; init; }

    public required string Sweep { get; init; }

    public required CorpusInfo Corpus { get; init; }

    /// <summary>The grid in the words of a spec; where that asks for a design, the one that was found.</summary>
    public required GridSpec Grid { get; init; }

    public required BudgetSpec Budget { get; init; }

    public required IReadOnlyList<PlanRow> Runs { get; init; }

    public required PlanTotals Total { get; init; }

    /// <summary>What the estimates were corrected by; null where no run has taught anything yet.</summary>
    public Calibration? Calibration { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>With <c>--executor slurm</c>.</summary>
    public PlannedQueue? Slurm { get; init; }

    /// <param name="plan">The plan.</param>
    /// <param name="slots">Runs at a time.</param>
    public static PlanReport Of(Plan plan, int slots) => new()
    {
        Format = 1,
        Sweep = plan.Name,
        Corpus = plan.Corpus,
        Grid = plan.Grid,
        Budget = plan.Budget,
        Runs = [.. plan.Rows()],
        Total = PlanTotals.Of(plan, slots),
        Calibration = plan.Calibration,
        Notes = plan.Notes,
    };
}

/// <summary>A plan, added up.</summary>
internal sealed record PlanTotals
{
    /// <summary>Rows of <c>results.csv</c> to come.</summary>
    public required int Points { get; init; }

    public required int Runs { get; init; }

    /// <summary>Model FLOPs of all runs, each trunk once.</summary>
    public required double Flops { get; init; }

    /// <summary>Model FLOPs if each point trained from step 0.</summary>
    public required double FlopsOfSeparateRuns { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Largest memory of one run, bytes, estimated.</summary>
    public required long MemoryBytes { get; init; }

    public required long DiskBytes { get; init; }

    /// <summary>Seconds of all runs one after another, estimated.</summary>
    public required double DeviceSeconds { get; init; }

    public required int Slots { get; init; }

    /// <summary>Seconds to the end with so many slots, estimated.</summary>
    public required double Seconds { get; init; }

    /// <summary>The largest share of a cap that is spent, 0 … 1; null without a budget.</summary>
    public double? BudgetShare { get; init; }

    /// <summary>Units of D that the longest run trains on.</summary>
    public required long Tokens { get; init; }

    /// <summary>Share of the corpus that the longest run sees; null of one that never repeats.</summary>
    public double? CorpusShare { get; init; }

    /// <summary>Passes over the corpus of the longest run.</summary>
    public required double Epochs { get; init; }

    public static PlanTotals Of(Plan plan, int slots)
    {
        var finish = ListSchedule.Finish(plan.Runs, slots);
        var device = TimeSpan.FromTicks(plan.Runs.Sum(r => r.Time.Ticks));
        double?[] shares = [plan.Bill / plan.Budget.Flops, device.TotalHours / plan.Budget.Hours, finish.TotalHours / plan.Budget.WallHours];
        return new PlanTotals
        {
            Points = plan.Runs.Count(r => r.IsPoint),
            Runs = plan.Runs.Count,
            Flops = plan.Bill,
            FlopsOfSeparateRuns = plan.BillOfSeparateRuns,
            Device = plan.Runs[0].Spec.Execution.Device,
            MemoryBytes = plan.Runs.Max(r => r.Memory),
            DiskBytes = plan.Runs.Sum(r => r.Disk),
            DeviceSeconds = Math.Round(device.TotalSeconds, 1),
            Slots = slots,
            Seconds = Math.Round(finish.TotalSeconds, 1),
            BudgetShare = shares.Max(),
            Tokens = plan.Runs.Max(r => r.Spec.Training.D),
            CorpusShare = plan.Runs.Max(r => (double)r.Exposure.UniqueD / plan.Corpus.UnitsPerEpoch(r.Spec.Training.Model)),
            Epochs = plan.Runs.Max(r => r.Exposure.Epochs),
        };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCase<DesignKind>)], DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(PlanReport))]
internal sealed partial class PlanJson : JsonSerializerContext;
