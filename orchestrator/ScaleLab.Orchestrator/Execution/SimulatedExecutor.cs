using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Trains nothing: writes whole run folders whose losses follow a known law, the same at every attempt. For trying out a design, and for tests.</summary>
/// <param name="slots">Runs at once.</param>
/// <param name="beforeWrite">Called before each write with what is about to be written; throwing there is a kill at that point.</param>
/// <param name="model">Durations and failures.</param>
/// <param name="clock">Attempts wait on it as long as they would train; without one they take no time.</param>
internal sealed class SimulatedExecutor(int slots, Action<string>? beforeWrite = null, SimulationModel? model = null, SimulatedTime? clock = null) : IRunExecutor
{
    /// <summary>Marks results, so that they never mix with real ones.</summary>
    public const string Device = "simulated";

    // Curve rows per run, and curve rows per checkpoint.
    private const int Rows = 20;
    private const int RowsPerCheckpoint = 10;

    private readonly SimulationModel _model = model ?? new SimulationModel();

    public IReadOnlyList<string> Devices { get; } = [.. Enumerable.Repeat(Device, slots)];

    public bool IsSimulated => true;

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        // With a clock, all up to the first wait happens at once: time moves on when every attempt waits.
        if (clock is null)
        {
            await Task.Yield();
        }

        var spec = folder.ReadSpec();
        if (folder.ReadResult() is { } there)
        {
            folder.Publish(RunEvaluation.Of(there) with { Evaluation = spec.Evaluation });
            return null;
        }

        Before("attempt");
        var attempt = folder.ClaimAttempt();
        var failure = await TrainAsync(folder, spec, attempt, report, stop);
        if (failure is not null)
        {
            Before("failure");
            attempt.Publish(failure);
        }

        return failure;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RestorePoint LatestCheckpoint(RunFolder folder, AttemptFolder attempt, TrainingSpec training) => Enumerable.Range(1, attempt.Number - 1)
        .SelectMany(k => folder.Attempt(k).CheckpointSteps().Select(s => new RestorePoint(s, k)))
        .Where(p => p.Step <= training.EndStep)
        .OrderByDescending(p => p.Step).ThenByDescending(p => p.Attempt)
        .FirstOrDefault(new RestorePoint(training.StartStep, null));

    // From checkpoint to checkpoint; each stretch ends with one word to the driver, after which it may move the time on.
    private async Task<RunFailure?> TrainAsync(RunFolder folder, RunSpec spec, AttemptFolder attempt, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var training = spec.Training;
        if (spec.Parent is { } parent && new RunFolder(Path.Combine(folder.Path, "..", parent)).ReadResult() is not { Status: RunStatus.Ok })
        {
            return new RunFailure { Class = FailureClass.Permanent, Message = $"its parent {parent} has no result" };
        }

        var restore = LatestCheckpoint(folder, attempt, training);
        Before("restore");
        attempt.Publish(restore);

        var curve = new Curve(this, spec, attempt);
        var (duration, lost) = (_model.Duration(spec), _model.LostAt(spec, attempt.Number));
        var stretches = Stretches(training).Where(s => s[^1] > restore.Step).ToList();
        var (begin, from) = (restore.Step, restore.Step);
        var wait = WaitAsync(stretches.Count > 0 ? stretches[0][^1] : from);
        foreach (var (stretch, next) in stretches.Zip(stretches.Skip(1).Append(null)))
        {
            await wait;
            if (stop.IsCancellationRequested)
            {
                return new RunFailure { Class = FailureClass.Interrupted, Message = $"stopped at step {from}" };
            }

            if (lost < (Share(stretch[^1]) - Share(begin)) / (1 - Share(begin)))
            {
                return new RunFailure { Class = FailureClass.Lost, Message = "the simulated worker was lost" };
            }

            var loss = curve.Write(stretch.Where(s => s > restore.Step));
            from = stretch[^1];
            Before("checkpoint");
            Directory.CreateDirectory(attempt.CheckpointFolder(from));
            if (next is not null)
            {
                wait = WaitAsync(next[^1]);
                await report(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder.Path, Attempt = attempt.Number, Step = from, D = curve.Seen(from), Loss = loss });
            }
        }

        Before("result");
        folder.Publish(Result(spec, attempt, duration));
        return null;

        double Share(long step) => (double)(step - training.StartStep) / (training.EndStep - training.StartStep);

        Task WaitAsync(long step) => clock is null ? Task.CompletedTask : Task.Delay(duration * (Share(step) - Share(from)), clock, CancellationToken.None);
    }

    // Steps of the rows, cut where checkpoints stand: the last one at the end.
    private static IEnumerable<long[]> Stretches(TrainingSpec training) => Enumerable.Range(1, Rows)
        .Select(i => training.StartStep + (long)((Int128)(training.EndStep - training.StartStep) * i / Rows))
        .Where(s => s > training.StartStep)
        .Distinct()
        .Chunk(RowsPerCheckpoint);

    private static RunResult Result(RunSpec spec, AttemptFolder attempt, TimeSpan duration)
    {
        var training = spec.Training;
        var loss = SimulationModel.Losses(spec)(training.D, training.Phase == RunPhase.Trunk ? 0 : 1);
        return new RunResult
        {
            Key = spec.Key,
            Status = RunStatus.Ok,
            Attempt = attempt.Number,
            Step = training.EndStep,
            TrainLoss = loss,
            Evaluation = spec.Evaluation,
            ValLoss = loss,
            ValLossSe = 0.001 * loss,
            ValBpb = loss / Math.Log(2),
            WallSeconds = Math.Round(duration.TotalSeconds, 3),
            Machine = new RunMachine { Host = Device, Device = Device, Libtorch = "", Build = spec.Build },
        };
    }

    private bool Mortal => beforeWrite is not null;

    private void Before(string write) => beforeWrite?.Invoke(write);

    private sealed class Curve(SimulatedExecutor executor, RunSpec spec, AttemptFolder attempt)
    {
        private readonly Timeline _timeline = new(spec.Training.Batch);
        private readonly LearningRate _rate = new(spec.Training);
        private readonly Func<long, double, double> _loss = SimulationModel.Losses(spec);

        public long Seen(long step) => _timeline.SeenBefore(step);

        /// <returns>The loss of the last row.</returns>
        public double? Write(IEnumerable<long> steps)
        {
            // Unbuffered where a kill may fall between any two bytes.
            using var stream = new FileStream(attempt.CurveFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: executor.Mortal ? 0 : 4096);
            var rows = steps.Select(Row).ToList();
            foreach (var some in rows.Chunk(executor.Mortal ? 1 : rows.Count + 1))
            {
                Append(stream, some);
            }

            return rows.LastOrDefault()?.TrainLoss;
        }

        private CurveRow Row(long step)
        {
            var training = spec.Training;
            var (d, last) = (Seen(step), step == training.EndStep);
            var annealed = training.Phase == RunPhase.Trunk ? 0 : (double)(step - training.StartStep) / (training.EndStep - training.StartStep);
            var loss = _loss(d, annealed);
            return new CurveRow
            {
                RunKey = spec.Key,
                Step = step,
                D = d,
                C = training.Model.TrainingFlops(d),
                Lr = _rate.At(step - 1),
                TrainLoss = loss,
                ValLoss = last ? loss : null,
                Annealed = last && training.Phase != RunPhase.Trunk,
            };
        }

        private void Append(FileStream stream, CurveRow[] rows)
        {
            using var buffer = new MemoryStream();
            Csv.Write(buffer, rows);
            var text = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
            if (stream.Position > 0)
            {
                text = text[(text.IndexOf((byte)'\n') + 1)..];
            }

            stream.Write(text[..(text.Length / 2)]);
            executor.Before("curve");
            stream.Write(text[(text.Length / 2)..]);
        }
    }
}
