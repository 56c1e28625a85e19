using System.Globalization;
using System.Text;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Text;
using ScaleLab.Orchestrator.Devices;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Cli.Output;

/// <summary>A plan for people: a row per run, then what it all comes to.</summary>
internal static class PlanText
{
    private static readonly (string Title, Func<PlanRow, string> Cell)[] Columns =
    [
        ("run", r => r.RunKey),
        ("n", r => Quantity.Format(r.N)),
        ("of", r => Quantity.Format(r.NTarget)),
        ("table", r => Quantity.Format(r.NEmbedding)),
        ("body", r => Quantity.Format(r.NNonEmbedding)),
        ("head", r => Quantity.Format(r.NHead)),
        ("d", r => Quantity.Format(r.D)),
        ("steps", r => Line($"{r.StartStep}–{r.Steps}")),
        ("batch", r => r.BatchStart == r.BatchEnd ? Line($"{r.BatchEnd}") : Line($"{r.BatchStart}–{r.BatchEnd}")),
        ("lr", r => r.Lr.ToString("0.0##e-0", CultureInfo.InvariantCulture)),
        ("c", r => Flops(r.C)),
        ("c_6nd", r => r.C6nd is { } c ? Flops(c) : ""),
        ("c_spent", r => Flops(r.CSpent)),
        ("memory", r => Bytes(r.MemoryBytes)),
        ("disk", r => Bytes(r.DiskBytes)),
        ("time", r => Duration(r.Seconds)),
    ];

    public static void Write(TextWriter output, PlanReport report)
    {
        WriteTable(output, report.Runs);
        var total = report.Total;
        output.WriteLine();
        var stretches = total.Runs - total.Points;
        output.WriteLine(Line($"{total.Points} points from {total.Runs} runs{(stretches > 0 ? Line($", {stretches} of them stretches of trunks") : "")}"));
        output.WriteLine(total.FlopsOfSeparateRuns > total.Flops
            ? Line($"{Flops(total.Flops)} FLOPs; separate runs would take {Flops(total.FlopsOfSeparateRuns)}: shared trunks save {1 - (total.Flops / total.FlopsOfSeparateRuns):0 %}")
            : Line($"{Flops(total.Flops)} FLOPs"));
        if (total.BudgetShare is { } spent)
        {
            output.WriteLine(Line($"{spent:0 %} of the budget"));
        }

        output.WriteLine(Line($"{Duration(total.Seconds)} on {total.Slots} {(total.Slots == 1 ? "slot" : "slots")}, {Duration(total.DeviceSeconds)} of device time; up to {Bytes(total.MemoryBytes)} of memory a run, {Bytes(total.DiskBytes)} on disk (estimates{Trust(report)})"));
        output.WriteLine(Line($"{report.Corpus.Origin}: {report.Corpus.Content}; {(total.CorpusShare is { } share ? Line($"the longest run sees {share:0.#%} of it{(total.Epochs > 1 ? Line($", {total.Epochs:0.##} times") : "")}") : "nothing is seen twice")}"));
        if (report.Slurm is { } queue)
        {
            SlurmText.Plan(output, queue);
        }

        foreach (var note in report.Notes)
        {
            output.WriteLine($"note: {note}");
        }
    }

    private static string Trust(PlanReport report) => report.Calibration switch
    {
        null => report.Total.Device == DevicePool.Cuda ? "; time and memory unmeasured on cuda" : "",
        { TimeError: { } error, Memory: var memory, MemoryError: var size } c => Line($" calibrated from {c.Runs} runs: median error {error:0 %} of time ({c.TimeErrorBefore:0 %} without){(memory is not null && size is { } s ? Line($", {s:0 %} of memory") : "")}"),
        _ => " calibrated from one run",
    };

    // Never folded: a plan is read in a pager, a log or a wide terminal.
    private static void WriteTable(TextWriter output, IReadOnlyList<PlanRow> rows)
    {
        var cells = rows.Select(r => Array.ConvertAll(Columns, c => c.Cell(r))).Prepend(Array.ConvertAll(Columns, c => c.Title)).ToList();
        var widths = Columns.Select((_, i) => cells.Max(c => c[i].Length)).ToArray();

        // At once: standard output is flushed after every write.
        var text = new StringBuilder();
        foreach (var row in cells)
        {
            text.AppendJoin("  ", row.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))).AppendLine();
        }

        output.Write(text);
    }

    private static string Flops(double value) => value.ToString("0.00e+0", CultureInfo.InvariantCulture);

    private static string Bytes(double value) => value < 1e9 ? Line($"{value / 1e6:0.#} MB") : Line($"{value / 1e9:0.#} GB");

    private static string Duration(double seconds) => seconds switch
    {
        < 10 => Line($"{seconds:0.0} s"),
        < 120 => Line($"{seconds:0} s"),
        < 7200 => Line($"{seconds / 60:0.0} min"),
        _ => Line($"{seconds / 3600:0.0} h"),
    };

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
