using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace ScaleLab.Analysis.Figures;

/// <summary>A quantity along one side of a panel, with its limits in its own unit.</summary>
internal sealed record Axis(string Label, double Min, double Max, ITickGenerator Ticks, bool Logarithmic)
{
    public static Axis Compute(IEnumerable<double> flops) => Log("Training compute (FLOP)", flops, LogTicks.PowerOfTen);

    public static Axis Parameters(IEnumerable<double> n) => Log("Parameters", n, LogTicks.Count);

    // The unit is tokens, images or clips.
    public static Axis Data(string unit, IEnumerable<double> d) => Log($"Training data ({unit})", d, LogTicks.Count);

    public static Axis Loss(string label, IEnumerable<double> losses) => Log(label, losses, LogTicks.Plain);

    /// <summary>As far below zero as above it, with room for the most extreme value.</summary>
    public static Axis Percent(string label, IEnumerable<double> values)
    {
        var worst = Math.Max(1.15 * values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max(), 1e-6);
        return Linear(label, -worst, worst);
    }

    public static Axis Value(string label, IEnumerable<double> values) => Log(label, values, v => v is < 1e-3 or >= 1e4 ? LogTicks.PowerOfTen(v) : LogTicks.Plain(v));

    public static Axis Multiple(string label, IEnumerable<double> values) => Log(label, values, v => $"{LogTicks.Plain(v)}×");

    public static Axis Linear(string label, double min, double max)
    {
        var ticks = new NumericAutomatic { LabelFormatter = Signed, MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1) };
        return new(label, min, max, ticks, Logarithmic: false);
    }

    /// <summary>Where a value stands on ScottPlot's axes, which are all linear.</summary>
    public double Position(double value) => Logarithmic ? Math.Log10(value) : value;

    /// <summary>0 at the axis' beginning, 1 at its end.</summary>
    public double Share(double value) => (Position(value) - Position(Min)) / (Position(Max) - Position(Min));

    /// <summary>The same axis with this share of its (logarithmic) length more at both ends.</summary>
    public Axis Wider(double share)
    {
        var margin = Math.Pow(Max / Min, share);
        return this with { Min = Min / margin, Max = Max * margin };
    }

    /// <summary>Values in equal ratios, both ends included.</summary>
    public static IEnumerable<double> Between(double from, double to, int count) =>
        Enumerable.Range(0, count).Select(i => from * Math.Pow(to / from, i / (count - 1.0)));

    // Limits a little outside the values; without any, an axis without ticks.
    private static Axis Log(string label, IEnumerable<double> values, Func<double, string> format)
    {
        var logs = values.Where(v => v > 0 && double.IsFinite(v)).Select(Math.Log10).ToArray();
        if (logs.Length == 0)
        {
            return new(label, 1, 10, new EmptyTickGenerator(), Logarithmic: true);
        }

        var span = logs.Max() - logs.Min();
        var margin = span < 1e-6 ? .3 : Math.Max(.06 * span, .004);
        return new(label, Math.Pow(10, logs.Min() - margin), Math.Pow(10, logs.Max() + margin), new LogTicks(format), Logarithmic: true);
    }

    private static string Signed(double value) => value.ToString("0.######;−0.######", CultureInfo.InvariantCulture);
}
