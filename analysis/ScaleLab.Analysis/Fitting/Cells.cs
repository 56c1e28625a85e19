using ScaleLab.Analysis.Data;

namespace ScaleLab.Analysis.Fitting;

/// <summary>Rows by cell: equal N, D and unique D to three digits, since a copy may be rounded. By one sort, for a million rows too.</summary>
internal sealed class Cells
{
    // So that logarithms of any count, and of counts in billions, are positive.
    private const int Shift = 1 << 19;

    private readonly long[] _keys;
    private readonly int[] _order;

    public Cells(IReadOnlyList<Observation> rows)
    {
        (_keys, _order) = (new long[rows.Count], new int[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
        {
            var o = rows[i];
            (_keys[i], _order[i]) = ((Part(o.N) << 42) | (Part(o.D) << 21) | Part(o.Scale.UniqueD), i);
        }

        Array.Sort(_keys, _order);
    }

    /// <returns>The rows of each cell, in the order of the file; the array's part is valid until the next one is asked for.</returns>
    public IEnumerable<ArraySegment<int>> All()
    {
        for (int from = 0, to; from < _keys.Length; from = to)
        {
            for (to = from + 1; to < _keys.Length && _keys[to] == _keys[from]; to++)
            {
            }

            Array.Sort(_order, from, to - from);
            yield return new ArraySegment<int>(_order, from, to - from);
        }
    }

    private static long Part(double count) => Math.Clamp((long)Math.Round(1000 * Math.Log(count)) + Shift, 0, (1 << 21) - 1);
}
