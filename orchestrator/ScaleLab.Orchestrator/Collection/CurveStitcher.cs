using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;

namespace ScaleLab.Orchestrator.Collection;

/// <summary>Makes one curve of a run's attempts: each counts from the step where it took up the work to the step where a later one did.</summary>
internal static class CurveStitcher
{
    /// <param name="folder">The run.</param>
    /// <param name="attempt">The attempt that the result names.</param>
    /// <returns>Rows by ascending step, none twice.</returns>
    public static List<CurveRow> Read(RunFolder folder, int attempt)
    {
        var pieces = new Stack<IEnumerable<CurveRow>>();
        var end = long.MaxValue;
        for (int? number = attempt; number is { } k;)
        {
            var rows = Rows(folder.Attempt(k).CurveFile);

            // Where that is lost, the curve tells as much: rows are due at the same steps in every attempt, so none has one between where this attempt took up and its first.
            var restore = folder.Attempt(k).ReadRestorePoint() ?? new RestorePoint(rows.Count > 0 ? rows[0].Step - 1 : end, k - 1);
            var (from, to) = (restore.Step, end);

            // An attempt that takes up at the last step still writes that step's row, if the one before had no time to.
            pieces.Push(rows.Where(r => r.Step >= from && r.Step <= to));

            // A later attempt takes up from an earlier one, never the reverse.
            number = restore.Attempt is > 0 and var earlier && earlier < k ? earlier : null;
            end = Math.Min(end, from);
        }

        var curve = new List<CurveRow>();
        foreach (var row in pieces.SelectMany(p => p))
        {
            if (curve.Count == 0 || row.Step > curve[^1].Step)
            {
                curve.Add(row);
            }
        }

        return curve;
    }

    /// <summary>How far an attempt has come; null before its first row.</summary>
    public static CurveRow? Last(AttemptFolder attempt) => Rows(attempt.CurveFile).LastOrDefault();

    // A kill in the middle of a write leaves half a line; what has no line end was never written. A file is empty until its first row.
    private static List<CurveRow> Rows(string file)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        var text = File.ReadAllBytes(file).AsMemory();
        var whole = text.Span.LastIndexOf((byte)'\n') + 1;
        return whole == 0 ? [] : Csv.Read<CurveRow>(text[..whole]);
    }
}
