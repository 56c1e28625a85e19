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
            var restore = folder.Attempt(k).ReadRestorePoint();
            var (from, to) = (restore?.Step ?? 0, end);

            // An attempt that takes up at the last step still writes that step's row, if the one before had no time to.
            pieces.Push(Rows(folder.Attempt(k).CurveFile).Where(r => r.Step >= from && r.Step <= to));

            // A later attempt takes up from an earlier one, never the reverse.
            number = restore?.Attempt < k ? restore.Attempt : null;
            end = Math.Min(end, from);
        }

        var rows = new List<CurveRow>();
        foreach (var row in pieces.SelectMany(p => p))
        {
            if (rows.Count == 0 || row.Step > rows[^1].Step)
            {
                rows.Add(row);
            }
        }

        return rows;
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
