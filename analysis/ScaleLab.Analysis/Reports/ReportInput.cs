using ScaleLab.Analysis.Emergence;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Analysis.Reports;

/// <summary>All that a report tells. It knows no clock: the same input gives the same bytes.</summary>
public sealed record ReportInput
{
    /// <summary>The sweep's name.</summary>
    public required string Title { get; init; }

    public required SweepAnalysis Analysis { get; init; }

    /// <summary>Rows of results.csv; empty where the data came from elsewhere.</summary>
    public IReadOnlyList<ResultRow> Rows { get; init; } = [];

    /// <summary>Metrics beside the loss, tested for breaks.</summary>
    internal EmergenceAnalysis Emergence => field ??= EmergenceAnalysis.Of(Rows);

    /// <summary>Rows of curves.csv.</summary>
    public IReadOnlyList<CurveRow> Curves { get; init; } = [];

    /// <summary>N of every planned run: trunks have curves, but no row in results.csv.</summary>
    public IReadOnlyDictionary<string, double> Sizes { get; init; } = new Dictionary<string, double>();

    /// <summary>Runs without a usable result, with what is known beyond the tables: the class of failure, say.</summary>
    public IReadOnlyList<LeftOutRun> LeftOut { get; init; } = [];

    /// <summary>What an earlier fit said of these runs; null where none did.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>What data are counted in: tokens, images, clips.</summary>
    public string Unit { get; init; } = "tokens";

    /// <summary>The sweep spec as it was written; empty where there was none.</summary>
    public string Spec { get; init; } = "";

    /// <summary>The command line that made this report.</summary>
    public string Command { get; init; } = "";

    /// <summary>Of ScaleLab, with the commit.</summary>
    public string Version { get; init; } = "";

    /// <summary>More that a reader may want to know, in this order: the machine, the corpus, the plan's totals.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];
}

/// <param name="Run">Its key.</param>
/// <param name="Reason">In words.</param>
public sealed record LeftOutRun(string Run, string Reason);

public sealed record Fact(string Name, string Value);
