namespace ScaleLab.Orchestrator.Progress;

/// <summary>A sweep at one moment.</summary>
/// <param name="Total">Runs of the plan.</param>
/// <param name="Done">Runs with a good result.</param>
/// <param name="Failed">Runs that diverged or failed, and those that waited for one of them.</param>
/// <param name="Running">Runs under way, in the order they were started.</param>
/// <param name="Remaining">Estimated time to the end of the sweep.</param>
internal sealed record ProgressSnapshot(int Total, int Done, int Failed, IReadOnlyList<RunProgress> Running, TimeSpan Remaining);

/// <summary>A run under way.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Share">Of its own steps, 0 … 1.</param>
/// <param name="Loss">Training loss last reported, nats.</param>
/// <param name="Rate">Units of D per second since it was started here; null before there are two reports.</param>
/// <param name="Remaining">Estimated time to its end; null as long as the rate is.</param>
internal sealed record RunProgress(string Key, double Share, double? Loss, double? Rate, TimeSpan? Remaining);
