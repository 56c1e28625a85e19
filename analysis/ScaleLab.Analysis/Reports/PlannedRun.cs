using CsvHelper;

namespace ScaleLab.Analysis.Reports;

/// <summary>What a report needs of a row of plan.csv.</summary>
[CsvRecord]
internal sealed partial record PlannedRun
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    [CsvColumn("n")]
    public required double N { get; init; }
}
