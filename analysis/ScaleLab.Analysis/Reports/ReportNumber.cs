using System.Globalization;
using ScaleLab.Analysis.Figures;
using ScaleLab.Analysis.Fitting;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Analysis.Reports;

/// <summary>Numbers as a reader wants them. The exact ones stand in the JSON.</summary>
internal static class ReportNumber
{
    public const string Missing = "–";

    /// <summary>Four digits, powers of ten where there are many more: 482, 0.3478, 1.21×10⁷.</summary>
    public static string Of(double? value) => value switch
    {
        null => Missing,
        double.NaN => "not a number",
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        0 => "0",
        < 0 => $"−{Of(-value)}",
        < 1e-3 or >= 1e6 => LogTicks.PowerOfTen(double.Parse(value.Value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
        { } v => v.ToString(v >= 1000 ? "0" : "G4", CultureInfo.InvariantCulture),
    };

    /// <summary>Three digits will do for a factor: 9.78, 772.</summary>
    public static string Ratio(double value) => Of(double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    /// <summary>43.2k, 1.5M.</summary>
    public static string Count(double value) => value > 0 && double.IsFinite(value) ? Quantity.Format(value) : Of(value);

    public static string Loss(double? value) => value is { } v && double.IsFinite(v) ? v.ToString("0.0000", CultureInfo.InvariantCulture) : Of(value);

    public static string Exponent(double value) => double.IsFinite(value) ? value.ToString("0.000;−0.000", CultureInfo.InvariantCulture) : Of(value);

    public static string Percent(double value) => double.IsFinite(value) ? value.ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture) + " %" : Of(value);

    public static string Level(double level) => (100 * level).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    public static string Range(Interval? interval, Func<double, string> format) => interval is { } i ? $"{format(i.Low)} to {format(i.High)}" : Missing;
}
