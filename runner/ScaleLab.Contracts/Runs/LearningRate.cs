namespace ScaleLab.Contracts.Runs;

/// <summary>The learning rate of every step of a run: peak × √(batch growth) × schedule.</summary>
public sealed class LearningRate
{
    private readonly TrainingSpec _training;
    private readonly Timeline _timeline;
    private readonly long _end;

    /// <summary>First unit of the cooldown; the end of time on a trunk.</summary>
    private readonly long _fork;

    public LearningRate(TrainingSpec training)
    {
        _training = training;
        _timeline = new Timeline(training.Batch);
        _end = training.D;
        _fork = training.Phase == RunPhase.Branch ? _timeline.SeenBefore(training.StartStep) : long.MaxValue;
    }

    /// <summary>The base rate of step <paramref name="step"/>, before any rule of a parameter group.</summary>
    public double At(long step)
    {
        // The middle of the step: neither end gets a rate of zero.
        var batch = _timeline.BatchAt(step);
        var seen = _timeline.SeenBefore(step) + (batch / 2.0);
        var growth = Math.Sqrt((double)batch / _training.Batch.Initial);
        return _training.Optimizer.Lr * growth * Factor(seen);
    }

    private double Factor(double seen)
    {
        var schedule = _training.Schedule;
        var warmup = schedule.Warmup > 0 ? Math.Min(1, seen / schedule.Warmup) : 1;
        if (schedule.Kind == ScheduleKind.Cosine)
        {
            var progress = Math.Clamp((seen - schedule.Warmup) / Math.Max(1, _end - schedule.Warmup), 0, 1);
            return warmup * (schedule.Floor + ((1 - schedule.Floor) * 0.5 * (1 + Math.Cos(Math.PI * progress))));
        }

        if (seen <= _fork)
        {
            return warmup;
        }

        var decayed = (seen - _fork) / (_end - _fork);
        return warmup * (1 - (schedule.Shape == CooldownShape.Sqrt ? Math.Sqrt(decayed) : decayed));
    }
}
