using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Progress;

/// <summary>Adds up a running sweep and foretells its end: planned times, corrected by how true they were so far. Not thread-safe.</summary>
/// <param name="total">Runs of the plan.</param>
/// <param name="queue">What may run next.</param>
/// <param name="slots">Runs at a time, as things stand.</param>
/// <param name="time">Clock.</param>
/// <param name="reported">A run counts as running from its first report, for until then it may wait elsewhere.</param>
internal sealed class SweepProgress(int total, RunQueue queue, Func<int> slots, TimeProvider time, bool reported = false)
{
    private readonly Dictionary<string, Attempt> _running = [];
    private int _done;
    private int _failed;
    private TimeSpan _waiting;

    // What ended in this session: planned and measured time of the steps done here.
    private TimeSpan _planned;
    private TimeSpan _measured;

    public void Waits(PlannedRun run) => _waiting += run.Time;

    public void IsDone() => _done++;

    public void Started(PlannedRun run)
    {
        _waiting -= run.Time;
        _running.Add(run.Key, new Attempt(run, time.GetTimestamp()));
    }

    public void Reported(PlannedRun run, WorkerEvent report)
    {
        var attempt = _running[run.Key];
        attempt.First ??= (report, time.GetTimestamp());
        attempt.Last = report;
    }

    public void Finished(PlannedRun run, RunResult result)
    {
        Leaves(run, result.Step);
        _done++;
    }

    /// <summary>The attempt ended without a result, and the run waits again.</summary>
    public void Returned(PlannedRun run)
    {
        _running.Remove(run.Key);
        Waits(run);
    }

    public void Failed(PlannedRun run)
    {
        if (!_running.Remove(run.Key))
        {
            _waiting -= run.Time;
        }

        _failed++;
    }

    public ProgressSnapshot Snapshot()
    {
        var (planned, measured, work, longest) = (_planned, _measured, _waiting, queue.Longest);
        foreach (var attempt in _running.Values)
        {
            if (attempt.First is var (_, at))
            {
                planned += attempt.Planned(attempt.Share);
                measured += time.GetElapsedTime(at);
            }

            work += attempt.Run.Time * (1 - attempt.Share);
            var chain = queue.Chain(attempt.Run) - (attempt.Run.Time * attempt.Share);
            longest = chain > longest ? chain : longest;
        }

        var shared = work / Math.Max(1, slots());
        var correction = planned > TimeSpan.Zero ? measured / planned : 1;
        return new ProgressSnapshot(total, _done, _failed, [.. _running.Values.Where(a => !reported || a.First is not null).Select(Describe)], correction * (shared > longest ? shared : longest));
    }

    private void Leaves(PlannedRun run, long step)
    {
        if (_running.Remove(run.Key, out var attempt))
        {
            _planned += attempt.Planned(Attempt.ShareOf(run, step));
            _measured += time.GetElapsedTime(attempt.First is var (_, at) ? at : attempt.Start);
        }
    }

    private RunProgress Describe(Attempt attempt)
    {
        var key = attempt.Run.Key;
        if (attempt.First is not var (first, at) || attempt.Last is not { } last)
        {
            return new RunProgress(key, 0, null, null, null);
        }

        var seconds = time.GetElapsedTime(at).TotalSeconds;
        var rate = last.D > first.D && seconds > 0 ? (last.D - first.D) / seconds : (double?)null;
        var left = attempt.Run.Spec.Training.D - last.D;
        return new RunProgress(key, attempt.Share, last.Loss, rate, rate is { } r ? TimeSpan.FromSeconds(left / r) : null);
    }

    private sealed class Attempt(PlannedRun run, long start)
    {
        public PlannedRun Run { get; } = run;

        public long Start { get; } = start;

        public (WorkerEvent Report, long At)? First { get; set; }

        public WorkerEvent? Last { get; set; }

        public double Share => Last is null ? 0 : ShareOf(Run, Last.Step);

        public static double ShareOf(PlannedRun run, long step)
        {
            var training = run.Spec.Training;
            return Math.Clamp((double)(step - training.StartStep) / (training.EndStep - training.StartStep), 0, 1);
        }

        /// <summary>Planned time of the steps from the first report to <paramref name="share"/>: a resumed run begins in its middle.</summary>
        public TimeSpan Planned(double share) => Run.Time * Math.Max(0, share - (First is var (first, _) ? ShareOf(Run, first.Step) : 0));
    }
}
