using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Workers;
using ScaleLab.Runner.Checkpoints;
using ScaleLab.Runner.Data;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>One attempt at one run: restore, train, measure, publish. All it writes before the result lies in its own folder.</summary>
internal sealed class RunAttempt
{
    private readonly RunFolder _run;
    private readonly RunSpec _spec;
    private readonly AttemptFolder _attempt;
    private readonly CorpusStore _store;
    private readonly TimeProvider _time;
    private readonly bool _recompute;
    private readonly ReplicaStack.Seat? _seat;
    private TimeSpan _evaluation;

    /// <param name="run">Folder of the run, beside the folders of the other runs of its sweep.</param>
    /// <param name="store">Where its corpus is.</param>
    /// <param name="time">Clock of checkpoints and durations; nothing that is trained depends on it.</param>
    /// <param name="recompute">Save memory; the bits are the same.</param>
    /// <param name="seat">Among runs that compute their gradients together; null alone.</param>
    public RunAttempt(RunFolder run, CorpusStore store, TimeProvider time, bool recompute = false, ReplicaStack.Seat? seat = null)
    {
        (_run, _store, _time, _seat, _spec) = (run, store, time, seat, run.ReadSpec());
        _recompute = recompute || _spec.Execution.Recompute;
        if (_spec.Execution.Chunk < 1)
        {
            throw new InputException($"{_spec.Key}: chunks of {_spec.Execution.Chunk} samples");
        }

        _attempt = run.ClaimAttempt();
        if (run.ReadResult() is null)
        {
            CloseEarlier();
        }
    }

    public int Number => _attempt.Number;

    /// <summary>The result of a run that needs no attempt: trained, and measured as it is asked for now as far as it can be. Null for others.</summary>
    public static RunResult? Ended(RunFolder run) =>
        run.ReadResult() is { } result
        && run.ReadSpec() is var spec
        && (result.Status != RunStatus.Ok || spec.Training.Phase == RunPhase.Trunk || run.ReadEvaluation(spec.Evaluation) is not null || !Directory.Exists(run.Attempt(result.Attempt).ModelFolder))
            ? result
            : null;

    private bool IsCuda => _spec.Execution.Device != "cpu";

    /// <returns>The published result; null if <paramref name="stop"/> came first, with a checkpoint written.</returns>
    public RunResult? Execute(Action<TrainingState, double> report, CancellationToken stop)
    {
        if (_run.ReadResult() is { } there)
        {
            if (Ended(_run) is null)
            {
                MeasureAnew(there, stop);
            }

            return there;
        }

        var device = Device(_spec.Execution);
        PeakMemory.Reset(IsCuda);
        using var objective = Objective.Of(_spec.Training, _store, device, _recompute);
        objective.Check(_spec.Evaluation);
        using var trainer = new Trainer(_spec, objective, _attempt, _time, Way(objective)) { HeapLimit = HeapLimit.FromEnvironment(), Seat = _seat };
        _attempt.Publish(Restore(trainer));
        using var curve = new CurveFile(_attempt.CurveFile);
        var end = trainer.Run(curve, report, stop);

        // The others need not wait while this one is measured.
        _seat?.Dispose();
        if (end == TrainingEnd.Stopped)
        {
            return null;
        }

        try
        {
            var result = end == TrainingEnd.Diverged ? Result(trainer, RunStatus.Diverged) : Finish(trainer, objective, curve, stop);

            // What the result stands for is on disk before it, and it before the checkpoints go.
            curve.Flush();
            _attempt.ThrowIfClosed();
            _run.Publish(result);
            Flush(_run.ResultFile);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            trainer.Save(curve);
            return null;
        }

        var stands = _run.ReadResult()!;
        _run.Tidy(stands, _spec.Training);
        return stands;
    }

    // The sweep's evaluation may have changed since; the weights of a finished point are kept.
    private void MeasureAnew(RunResult result, CancellationToken stop)
    {
        using var objective = Objective.Of(_spec.Training, _store, Device(_spec.Execution));
        objective.Check(_spec.Evaluation);
        objective.Import(_run.Attempt(result.Attempt).ModelFolder);
        var evaluation = objective.Evaluate(_spec.Evaluation, stop);
        _run.Publish(new RunEvaluation { Evaluation = _spec.Evaluation, ValLoss = evaluation.Loss, ValLossSe = evaluation.StandardError, ValBpb = evaluation.BitsPerByte, Metrics = evaluation.Metrics, Heads = evaluation.Heads });
        Flush(_run.EvaluationFile(_spec.Evaluation));
        DiskSync.Flush(_run.Path);
    }

    private static void Flush(string file)
    {
        DiskSync.Flush(file);
        DiskSync.Flush(Path.GetDirectoryName(file)!);
    }

    // One that still runs, on a machine that was cut off, writes no further checkpoint and no result: its work is done here now.
    private void CloseEarlier()
    {
        foreach (var earlier in _run.AttemptNumbers().Where(n => n < _attempt.Number).Select(_run.Attempt))
        {
            if (earlier.ReadFailure() is null)
            {
                earlier.Publish(new RunFailure { Class = FailureClass.NodeLost, Message = FormattableString.Invariant($"attempt {_attempt.Number} took its place") });
            }
        }
    }

    private RunResult Finish(Trainer trainer, IObjective objective, CurveFile curve, CancellationToken stop)
    {
        if (_spec.Training.Phase == RunPhase.Trunk)
        {
            // What grows from here starts from this checkpoint, so it is on disk before the result says so.
            curve.Append(trainer.Row(annealed: false));
            trainer.Save(curve);
            return Result(trainer, RunStatus.Ok);
        }

        var begun = _time.GetTimestamp();
        var evaluation = objective.Evaluate(_spec.Evaluation, stop);
        _evaluation = _time.GetElapsedTime(begun);
        if (!double.IsFinite(evaluation.Loss))
        {
            // The last update, which no training loss came after.
            return Result(trainer, RunStatus.Diverged);
        }

        curve.Append(trainer.Row(annealed: true, evaluation.Loss));
        objective.Export(_attempt.ModelFolder);
        return Result(trainer, RunStatus.Ok) with
        {
            TrainLoss = trainer.State.Tail.Mean,
            Evaluation = _spec.Evaluation,
            ValLoss = evaluation.Loss,
            ValLossSe = evaluation.StandardError,
            ValBpb = evaluation.BitsPerByte,
            Metrics = evaluation.Metrics,
            Heads = evaluation.Heads,
        };
    }

    private RunResult Result(Trainer trainer, RunStatus status) => new()
    {
        Key = _spec.Key,
        Status = status,
        Attempt = _attempt.Number,
        Step = trainer.State.Step,
        Collapse = trainer.Collapse,
        WallSeconds = Math.Round(trainer.State.WallSeconds + _evaluation.TotalSeconds, 3),
        EvaluationSeconds = Math.Round(_evaluation.TotalSeconds, 3),
        PeakMemoryBytes = _seat is null ? PeakMemory.Bytes(IsCuda) : null,
        Machine = new RunMachine
        {
            Host = Environment.MachineName,
            Device = _spec.Execution.Device,
            DeviceName = IsCuda ? CudaDriver.Name(0) : CpuModel.Name,
            Stacked = _seat?.Count,
            Libtorch = LibTorch.Version,
            Build = BuildInfo.Version,
            MatmulError = MatmulPrecision.MeasureError(trainer.Device),
        },
    };

    // The furthest whole checkpoint of any earlier attempt; else the parent's end; else step 0. A damaged one counts as absent.
    private RestorePoint Restore(Trainer trainer)
    {
        var candidates = _run.AttemptNumbers()
            .Where(n => n < _attempt.Number)
            .SelectMany(n => _run.Attempt(n).CheckpointSteps().Select(s => (Attempt: n, Step: s)))
            .OrderByDescending(c => c.Step)
            .ThenBy(c => c.Attempt);
        foreach (var earlier in _run.AttemptNumbers().Where(n => n < _attempt.Number))
        {
            _run.Attempt(earlier).DropUnfinished();
        }

        foreach (var (number, step) in candidates)
        {
            try
            {
                trainer.Restore(_run.Attempt(number), step);
                return new RestorePoint(step, number);
            }
            catch (InputException)
            {
                // The next candidate is older, the loss the same.
            }
        }

        if (_spec.Parent is { } parent)
        {
            var folder = new RunFolder(Path.Combine(_run.Path, "..", parent));
            var result = folder.ReadResult() ?? throw new InputException($"{_spec.Key} grows from {parent}, which has no result");
            try
            {
                trainer.Restore(folder.Attempt(result.Attempt), _spec.Training.StartStep);
            }
            catch (InputException e)
            {
                throw new InputException($"{e.Message}; run the sweep again: it trains {parent} anew");
            }
        }

        return new RestorePoint(_spec.Training.StartStep, null);
    }

    // Runs that compute together wait for each other at every pass.
    private StepWay Way(IObjective objective) => _seat is not null
        ? new StepWay()
        : StepWay.For(objective.Parameters.All[0].Value.device, _spec.Training.Model, _spec.Execution.Chunk).Guarded(_run, _attempt);

    private Device Device(ExecutionSpec execution)
    {
        set_num_threads(execution.Threads);
        return ComputeDevice.Use(execution.Device, execution.Math, ownStream: _seat is null);
    }
}
