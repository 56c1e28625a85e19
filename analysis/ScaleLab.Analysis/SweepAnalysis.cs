using ScaleLab.Analysis.Data;
using ScaleLab.Analysis.Fitting;

namespace ScaleLab.Analysis;

/// <summary>All that is fitted to one sweep's results.csv.</summary>
/// <param name="Table">The rows, and those left out.</param>
/// <param name="Fit">Of the law that was asked for.</param>
/// <param name="Others">Of the laws tried beside it.</param>
public sealed record SweepAnalysis(ObservationTable Table, Fit Fit, IReadOnlyList<Fit> Others);
