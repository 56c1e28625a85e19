using ScottPlot;

namespace ScaleLab.Analysis.Figures;

/// <summary>A quantity along one side of a panel, with its limits in its own unit.</summary>
internal sealed record Axis(string Label, double Min, double Max, ITickGenerator? Ticks, bool Logarithmic)
{
    public double Position(double value) => Logarithmic ? Math.Log10(value) : value;

    public static Axis Compute(IEnumerable<double> flops) => Log("Training compute (FLOP)", flops, LogTicks.PowerOfTen);

    public static Axis Parameters(IEnumerable<double> n) => Log("Parameters", n, LogTicks.Count);

    /// <param name="unit">tokens, images or clips.</param>
    public static Axis Data(string unit, IEnumerable<double> d) => Log($"Training data ({unit})", d, LogTicks.Count);

    public static Axis Loss(string label, IEnumerable<double> losses) => Log(label, losses, LogTicks.Plain);

    public static Axis Linear(string label, double min, double max) => new(label, min, max, null, Logarithmic: false);

    /// <summary>Limits a little outside the values; where there is no usable value, one decade around 1.</summary>
    private static Axis Log(string label, IEnumerable<double> values, Func<double, string> format)
    {
        var logs = values.Where(v => v > 0 && double.IsFinite(v)).Select(Math.Log10).DefaultIfEmpty(0).ToArray();
        var margin = Math.Max(.06 * (logs.Max() - logs.Min()), logs.Max() - logs.Min() < 1e-6 ? .3 : .004);
        return new(label, Math.Pow(10, logs.Min() - margin), Math.Pow(10, logs.Max() + margin), new LogTicks(format), Logarithmic: true);
    }
}
