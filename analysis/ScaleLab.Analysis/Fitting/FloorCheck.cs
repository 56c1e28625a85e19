using System.Globalization;
using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

/// <summary>A law's irreducible loss beside the true one, where that is known.</summary>
/// <param name="Floor">What the process that made the data loses on the same held-out samples.</param>
/// <param name="Estimate">The law's E; null where it has none.</param>
/// <param name="Interval">Of E; null where there is none.</param>
/// <param name="Level">Of the interval.</param>
public sealed record FloorCheck(double Floor, double? Estimate, Interval? Interval, double Level)
{
    /// <summary>The largest share of the floor by which an estimate may miss it and still speak for its law, if no narrow interval speaks against it.</summary>
    private const double Near = 0.03;

    /// <returns>Null where the floor is not known, or there is no law.</returns>
    public static FloorCheck? Of(ObservationTable table, Fit fit) => table.Floor is { } floor && fit.Surface is not null
        ? new(floor, fit.Parameters.TryGetValue("E", out var e) ? e : null, fit.Intervals.Bounds.TryGetValue("E", out var bound) ? bound : null, fit.Intervals.Level)
        : null;

    /// <summary>Whether the interval holds the floor; null where there is none.</summary>
    public bool? Holds => Interval is { } i ? i.Low <= Floor && Floor <= i.High : null;

    /// <summary>For people, in sentences.</summary>
    public string Words
    {
        get
        {
            var known = $"The least possible loss is known here: {Number(Floor)} on these held-out samples.";
            return (Estimate, Interval) switch
            {
                (null, _) => $"{known} This law has no E to compare with it.",
                ({ } e, null) => $"{known} E = {Number(e)} misses it by {Percent(e / Floor - 1)}, and has no interval that could hold it.{(Far(e) ? Departs : "")}",
                ({ } e, { } i) => $"{known} E = {Number(e)} misses it by {Percent(e / Floor - 1)}; its {(100 * Level).ToString("0.##", CultureInfo.InvariantCulture)} % interval, {Number(i.Low)} to {Number(i.High)} (±{Percent((i.High - i.Low) / 2 / Floor).TrimStart('+')}), {(Holds == true ? $"holds it.{(Far(e) ? Wide : "")}" : $"does not hold it.{Departs}")}",
            };
        }
    }

    private bool Far(double estimate) => Math.Abs((estimate / Floor) - 1) > Near;

    private const string Wide = " It is too wide to tell: these runs do not show that this law describes how their loss comes down to its floor.";

    private const string Departs = " So this law does not describe how the loss of these runs comes down to its floor.";

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture) + " %";
}
