using System.Security.Cryptography;
using System.Text;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Contracts.Workers;

namespace ScaleLab.Orchestrator.Execution;

/// <summary>Trains nothing: writes whole run folders whose losses follow a known law, the same at every attempt. For trying out a design, and for tests.</summary>
/// <param name="slots">Runs at once.</param>
/// <param name="beforeWrite">Called before each write with what is about to be written; throwing there is a kill at that point.</param>
internal sealed class SimulatedExecutor(int slots, Action<string>? beforeWrite = null) : IRunExecutor
{
    /// <summary>Marks results, so that they never mix with real ones.</summary>
    public const string Device = "simulated";

    // Curve rows per run, and curve rows per checkpoint.
    private const int Rows = 20;
    private const int RowsPerCheckpoint = 5;

    private const double FlopsPerSecond = 5e10;

    public IReadOnlyList<string> Devices { get; } = [.. Enumerable.Repeat(Device, slots)];

    public bool IsSimulated => true;

    /// <summary>The form of Hoffmann et al. 2022, eq. 10, with made-up constants of the size seen on bytes of English. Nats.</summary>
    public static double Law(double n, double d) => 0.6 + (12 / Math.Pow(n, 0.25)) + (35 / Math.Pow(d, 0.3));

    public async Task<RunFailure?> ExecuteAsync(RunFolder folder, Assignment where, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        await Task.Yield();
        var spec = folder.ReadSpec();
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

    private static double LossAt(TrainingSpec training, long d, double annealed)
    {
        // Branches of one trunk share most of their noise, as real ones do.
        var noise = (0.002 * Gaussian(RunKey.Trunk(training))) + (0.0005 * Gaussian(RunKey.Of(training)));
        return Law(training.Model.Parameters.Total, d) * (1.03 - (0.03 * annealed)) * (1 + noise);
    }

    private static double Gaussian(string seed)
    {
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(seed))));
        return Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static RestorePoint LatestCheckpoint(RunFolder folder, TrainingSpec training) => folder.AttemptNumbers()
        .SelectMany(k => folder.Attempt(k).CheckpointSteps().Select(s => new RestorePoint(s, k)))
        .Where(p => p.Step <= training.EndStep)
        .OrderByDescending(p => p.Step).ThenByDescending(p => p.Attempt)
        .FirstOrDefault(new RestorePoint(training.StartStep, null));

    private async Task<RunFailure?> TrainAsync(RunFolder folder, RunSpec spec, AttemptFolder attempt, Func<WorkerEvent, ValueTask> report, CancellationToken stop)
    {
        var training = spec.Training;
        if (spec.Parent is { } parent && new RunFolder(Path.Combine(folder.Path, "..", parent)).ReadResult() is not { Status: RunStatus.Ok })
        {
            return new RunFailure { Class = FailureClass.Permanent, Message = $"its parent {parent} has no result" };
        }

        var restore = LatestCheckpoint(folder, training);
        Before("restore");
        attempt.Publish(restore);

        var timeline = new Timeline(training.Batch);
        var rate = new LearningRate(training);
        var stride = Math.Max(1, (training.EndStep - training.StartStep) / Rows);
        var rows = Enumerable.Range(1, int.MaxValue)
            .Select(i => (Step: Math.Min(training.EndStep, training.StartStep + (i * stride)), Number: i))
            .TakeWhile(r => training.StartStep + ((r.Number - 1) * stride) < training.EndStep)
            .Where(r => r.Step > restore.Step);
        foreach (var (step, number) in rows)
        {
            if (stop.IsCancellationRequested)
            {
                return new RunFailure { Class = FailureClass.Interrupted, Message = $"stopped at step {step}" };
            }

            var d = timeline.SeenBefore(step);
            var last = step == training.EndStep;
            var annealed = training.Phase == RunPhase.Trunk ? 0 : (double)(step - training.StartStep) / (training.EndStep - training.StartStep);
            var loss = LossAt(training, d, annealed);
            Append(attempt.CurveFile, new CurveRow
            {
                RunKey = spec.Key,
                Step = step,
                D = d,
                C = training.Model.TrainingFlops(d),
                Lr = rate.At(step - 1),
                TrainLoss = loss,
                ValLoss = last ? loss : null,
                Annealed = last && training.Phase != RunPhase.Trunk,
            });
            if (last || number % RowsPerCheckpoint == 0)
            {
                Before("checkpoint");
                Directory.CreateDirectory(attempt.CheckpointFolder(step));
            }

            await report(new WorkerEvent { Kind = WorkerEventKind.Progress, Run = folder.Path, Attempt = attempt.Number, Step = step, D = d, Loss = loss });
        }

        Before("result");
        folder.Publish(Result(spec, attempt, timeline));
        return null;
    }

    private static RunResult Result(RunSpec spec, AttemptFolder attempt, Timeline timeline)
    {
        var training = spec.Training;
        var loss = LossAt(training, training.D, training.Phase == RunPhase.Trunk ? 0 : 1);
        return new RunResult
        {
            Key = spec.Key,
            Status = RunStatus.Ok,
            Attempt = attempt.Number,
            Step = training.EndStep,
            TrainLoss = loss,
            ValLoss = loss,
            ValLossSe = 0.001 * loss,
            ValBpb = loss / Math.Log(2),
            WallSeconds = training.Model.TrainingFlops(training.D - timeline.SeenBefore(training.StartStep)) / FlopsPerSecond,
            Machine = new RunMachine { Host = Device, Device = Device, Libtorch = "", Build = spec.Build },
        };
    }

    private void Append(string file, CurveRow row)
    {
        using var buffer = new MemoryStream();
        Csv.Write(buffer, [row]);
        var text = buffer.ToArray().AsSpan();
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write);
        if (stream.Position > 0)
        {
            text = text[(text.IndexOf((byte)'\n') + 1)..];
        }

        // In two writes, as a kill may fall between any two bytes.
        stream.Write(text[..(text.Length / 2)]);
        stream.Flush();
        Before("curve");
        stream.Write(text[(text.Length / 2)..]);
    }

    private void Before(string write) => beforeWrite?.Invoke(write);
}
