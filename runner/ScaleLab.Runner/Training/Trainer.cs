using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Runner.Checkpoints;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>The training loop: from a state to the end of the run, a stop, or a loss that is no number.</summary>
internal sealed class Trainer : IDisposable
{
    // The share of D, at its end, over which the training loss of a result is averaged.
    private const double TailShare = 0.05;

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(30);

    private readonly RunSpec _spec;
    private readonly IObjective _objective;
    private readonly AttemptFolder _attempt;
    private readonly TimeProvider _time;
    private readonly IOptimizer _optimizer;
    private readonly Timeline _timeline;
    private readonly LearningRate _rate;
    private readonly int _unitsPerSample;
    private readonly BatchStep _step;
    private readonly LossQueue _losses;

    /// <param name="spec">The run.</param>
    /// <param name="objective">What it trains.</param>
    /// <param name="attempt">Takes its checkpoints.</param>
    /// <param name="time">Clock of checkpoints and durations.</param>
    /// <param name="way">How steps are asked for; null for what suits the device.</param>
    public Trainer(RunSpec spec, IObjective objective, AttemptFolder attempt, TimeProvider time, StepWay? way = null)
    {
        (_spec, _objective, _attempt, _time) = (spec, objective, attempt, time);
        way ??= StepWay.For(Device, spec.Training.Model, spec.Execution.Chunk);
        _optimizer = spec.Training.Optimizer.Kind == OptimizerKind.Lars
            ? new Lars(objective.Parameters, spec.Training.Optimizer)
            : new FusedAdamW(objective.Parameters, spec.Training.Optimizer, spec.Training.Model.Width, way.TensorRates);
        _step = new BatchStep(objective, _optimizer, spec.Execution.Chunk, way);
        _losses = new LossQueue(Device, way.RunAhead);
        _timeline = new Timeline(spec.Training.Batch);
        _rate = new LearningRate(spec.Training);
        _unitsPerSample = spec.Training.Model.UnitsPerSample;
        State = new TrainingState { Step = spec.Training.StartStep };
        Tensors = [.. objective.Parameters.All.Select(p => (p.Name, p.Value)), .. objective.State, .. _optimizer.State];
    }

    /// <summary>Looked at when a forward pass has filled the memory.</summary>
    public HeapLimit? HeapLimit
    {
        get => _step.HeapLimit;
        init => _step.HeapLimit = value;
    }

    /// <summary>Where the model is.</summary>
    public Device Device => _objective.Parameters.All[0].Value.device;

    /// <summary>Where gradients are computed together with those of other runs; null where this one computes its own.</summary>
    public ReplicaStack.Seat? Seat
    {
        get => _step.Seat;
        init => _step.Seat = value;
    }

    public TrainingState State { get; private set; }

    /// <summary>Why training ended early, where it was no loss that ceased to be a number.</summary>
    public string? Collapse { get; private set; }

    /// <summary>Weights, what is carried beside them, and moments, by name: with <see cref="State"/>, all of a checkpoint.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Tensors { get; }

    /// <summary>Continues from the checkpoint of <paramref name="step"/> in <paramref name="from"/>.</summary>
    public void Restore(AttemptFolder from, long step)
    {
        State = Checkpoint.Read(from, step, Tensors);
        _optimizer.SetStep(step);
        if (State.Step == _spec.Training.StartStep)
        {
            // A parent's curve ended with a row; its tail and its hours are its own.
            State = State with { SinceRow = default, Tail = default, WallSeconds = 0 };
        }
    }

    /// <summary>Trains until the run's last step is done, or <paramref name="stop"/> is asked for, or the loss is no number.</summary>
    public TrainingEnd Run(CurveFile curve, Action<TrainingState, double> report, CancellationToken stop)
    {
        var (started, before) = (_time.GetTimestamp(), State.WallSeconds);
        var (checkpointed, next) = (started, State.Step);
        while (State.Step < _spec.Training.EndStep)
        {
            if (next == State.Step)
            {
                if (stop.IsCancellationRequested)
                {
                    Save(curve);
                    return TrainingEnd.Stopped;
                }

                Start(next++);
            }

            if (MayRunAhead())
            {
                Start(next++);
            }

            var loss = _losses.Pop() / _timeline.BatchAt(State.Step);
            State = State with { WallSeconds = before + _time.GetElapsedTime(started).TotalSeconds };
            if (!double.IsFinite(loss))
            {
                return TrainingEnd.Diverged;
            }

            Record(loss, curve);
            report(State, loss);
            if (Collapse is not null)
            {
                return TrainingEnd.Diverged;
            }

            if (next == State.Step && _time.GetElapsedTime(checkpointed) > CheckpointEvery)
            {
                Save(curve);
                checkpointed = _time.GetTimestamp();
            }
        }

        return TrainingEnd.Finished;

        // The loss of a step is read while the next one runs, but where that loss ends a row of the curve or a checkpoint is due: those want the model as it is then.
        bool MayRunAhead() => _losses.RunsAhead && next < State.Step + LossQueue.Depth && next < _spec.Training.EndStep
            && !stop.IsCancellationRequested
            && !CurveFile.IsDue(_timeline.SeenBefore(State.Step), _timeline.SeenBefore(State.Step + 1))
            && _time.GetElapsedTime(checkpointed) <= CheckpointEvery;
    }

    /// <param name="curve">Its rows come to disk first: a checkpoint stands for them.</param>
    /// <exception cref="OperationCanceledException">The attempt was given up while it trained on: another one has its place.</exception>
    public void Save(CurveFile curve)
    {
        _attempt.ThrowIfClosed();
        curve.Flush();
        Checkpoint.Write(_attempt, State, Tensors);
    }

    /// <summary>The curve's row for where the run stands.</summary>
    public CurveRow Row(bool annealed, double? validationLoss = null)
    {
        var seen = _timeline.SeenBefore(State.Step);
        return new CurveRow
        {
            RunKey = _spec.Key,
            Step = State.Step,
            D = seen,
            C = _spec.Training.Model.TrainingFlops(seen),
            Lr = _rate.At(State.Step - 1),
            TrainLoss = State.SinceRow.Mean,
            ValLoss = validationLoss,
            Annealed = annealed,
        };
    }

    public void Dispose()
    {
        _step.Dispose();
        _losses.Dispose();
        _optimizer.Dispose();
    }

    private void Start(long step)
    {
        var units = _timeline.BatchAt(step);
        _step.Start(
            first: _timeline.SeenBefore(step) / _unitsPerSample,
            samples: Samples(step),
            units,
            _rate.At(step),
            then: step + 1 < _spec.Training.EndStep ? Samples(step + 1) : null);
        _losses.Push(_step.Nats);
        _objective.AfterStep(step + 1);
    }

    private int Samples(long step) => (int)(_timeline.BatchAt(step) / _unitsPerSample);

    private void Record(double loss, CurveFile curve)
    {
        var training = _spec.Training;
        var (before, after) = (_timeline.SeenBefore(State.Step), _timeline.SeenBefore(State.Step + 1));
        var units = after - before;
        State = State with
        {
            Step = State.Step + 1,
            SinceRow = State.SinceRow.Add(loss * units, units),
            Tail = after > (1 - TailShare) * training.D ? State.Tail.Add(loss * units, units) : State.Tail,
        };

        // The last row waits for the held-out loss.
        if (CurveFile.IsDue(before, after) && State.Step < training.EndStep)
        {
            curve.Append(Row(annealed: false));
            State = State with { SinceRow = default };
            Collapse = after > training.Schedule.Warmup ? _objective.Collapse() : null;
        }
    }
}

internal enum TrainingEnd
{
    Finished,
    Stopped,
    Diverged,
}
