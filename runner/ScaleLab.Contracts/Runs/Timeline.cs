namespace ScaleLab.Contracts.Runs;

/// <summary>Steps, batches and units seen under a <see cref="BatchSpec"/>: closed arithmetic, nothing is simulated.</summary>
public sealed class Timeline
{
    // Stretches of constant batch: (first step, units seen before it, batch).
    private readonly List<(long Step, long Seen, long Batch)> _stretches = [];

    public Timeline(BatchSpec spec)
    {
        var (step, seen, batch) = (0L, 0L, spec.Initial);
        _stretches.Add((step, seen, batch));
        for (var doublings = 1; spec.RampExponent > 0 && batch <= spec.Maximum / 2; doublings++)
        {
            // 2^62 units lie beyond any corpus, and this side of overflow.
            var threshold = spec.RampFrom * Math.Pow(2, doublings / spec.RampExponent);
            if (threshold >= 1L << 62)
            {
                break;
            }

            var steps = Math.Max(0, ((long)Math.Ceiling(threshold) - seen + batch - 1) / batch);
            (step, seen, batch) = (step + steps, seen + (steps * batch), batch * 2);
            _stretches.Add((step, seen, batch));
        }
    }

    /// <summary>Units seen before step <paramref name="step"/> (the first step is 0).</summary>
    public long SeenBefore(long step)
    {
        var stretch = _stretches.FindLast(s => s.Step <= step);
        return stretch.Seen + ((step - stretch.Step) * stretch.Batch);
    }

    /// <summary>Units of step <paramref name="step"/>.</summary>
    public long BatchAt(long step) => _stretches.FindLast(s => s.Step <= step).Batch;

    /// <summary>The steps from <paramref name="start"/> up to <paramref name="end"/>, as runs of equal batch.</summary>
    public IEnumerable<(long Steps, long Batch)> Stretches(long start, long end)
    {
        for (var i = 0; i < _stretches.Count; i++)
        {
            var from = Math.Max(start, _stretches[i].Step);
            var to = Math.Min(end, i + 1 < _stretches.Count ? _stretches[i + 1].Step : long.MaxValue);
            if (from < to)
            {
                yield return (to - from, _stretches[i].Batch);
            }
        }
    }

    /// <summary>The number of steps after which the units seen are nearest to <paramref name="units"/>; at least 1.</summary>
    public long StepsNearest(long units)
    {
        var stretch = _stretches.FindLast(s => s.Seen <= units);
        var steps = stretch.Step + ((units - stretch.Seen) / stretch.Batch);
        return Math.Max(1, units - SeenBefore(steps) <= SeenBefore(steps + 1) - units ? steps : steps + 1);
    }
}
