namespace ScaleLab.Orchestrator.Slurm;

/// <summary>Makes tasks of runs: long enough for a scheduler, and enough of them for the cluster.</summary>
internal static class TaskPacking
{
    /// <param name="units">Runs that stay together, in the order in which they are trained; a run by itself where it depends on none.</param>
    /// <param name="time">Of one run, estimated.</param>
    /// <param name="length">What a task should last.</param>
    /// <param name="room">Tasks that run at a time.</param>
    /// <returns>Keys of each task.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Pack(IReadOnlyList<IReadOnlyList<string>> units, Func<string, TimeSpan> time, TimeSpan length, int room)
    {
        var total = TimeSpan.FromTicks(units.Sum(u => u.Sum(k => time(k).Ticks)));

        // Packing must not leave a part of the cluster idle.
        var target = TimeSpan.FromTicks(Math.Min(length.Ticks, total.Ticks / Math.Max(1, room)));
        var tasks = new List<IReadOnlyList<string>>();
        var (open, filled) = (new List<string>(), TimeSpan.Zero);
        foreach (var unit in units)
        {
            var own = TimeSpan.FromTicks(unit.Sum(k => time(k).Ticks));
            if (open.Count > 0 && filled + own > target)
            {
                tasks.Add(open);
                (open, filled) = ([], TimeSpan.Zero);
            }

            open.AddRange(unit);
            filled += own;
        }

        if (open.Count > 0)
        {
            tasks.Add(open);
        }

        return tasks;
    }
}
