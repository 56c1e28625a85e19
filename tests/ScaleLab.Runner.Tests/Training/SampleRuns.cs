using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Runner.Tests.Data;
using ScaleLab.Runner.Tests.Models;
using ScaleLab.Runner.Training;

namespace ScaleLab.Runner.Tests.Training;

/// <summary>Small real runs on a synthetic corpus, each in a folder beside the others, as the runs of a sweep are.</summary>
internal sealed class SampleRuns : IDisposable
{
    private const int States = 16;

    private readonly TemporaryStore _temporary = new();

    public SampleRuns(long tokens = 20_000)
        : this(new DataSpec { Source = DataSource.Markov, States = States, Tokens = tokens, Seed = 1 })
    {
    }

    public SampleRuns(DataSpec data) => Corpus = _temporary.Prepare(data);

    public CorpusInfo Corpus { get; }

    public CorpusStore Store => _temporary.Store;

    /// <summary>A run from step 0 on, with a batch that doubles on the way and chunks that do not divide it.</summary>
    public TrainingSpec Training(long steps, RunPhase phase = RunPhase.Whole, long start = 0)
    {
        var batch = new BatchSpec { Initial = 64, RampExponent = 0.5, RampFrom = 300, Maximum = 128 };
        return new TrainingSpec
        {
            Model = SmallModel.Shape(vocabulary: States),
            Corpus = Corpus.Hash,
            Phase = phase,
            StartStep = start,
            EndStep = steps,
            D = new Timeline(batch).SeenBefore(steps),
            Batch = batch,
            Schedule = new ScheduleSpec { Kind = phase == RunPhase.Whole ? ScheduleKind.Cosine : ScheduleKind.Wsd, Warmup = 320 },
            Optimizer = new OptimizerSpec { Lr = 4e-3 },
            Seed = 7,
        };
    }

    public RunFolder Create(string name, TrainingSpec training, string? parent = null, ExecutionSpec? execution = null)
    {
        var folder = new RunFolder(Path.Combine(_temporary.Root, "runs", name));
        folder.Create(new RunSpec
        {
            Key = name,
            Sweep = "test",
            Training = training,
            Parent = parent,
            Execution = execution ?? new ExecutionSpec { Chunk = 3 },
            Evaluation = new EvaluationSpec { Blocks = Corpus.Images is null ? 4 : 32, ProbeImages = 64 },
            Build = "test",
        });
        return folder;
    }

    /// <summary>One attempt, stopped once <paramref name="stopAfter"/> steps of the run are done.</summary>
    /// <returns>Null where it was stopped.</returns>
    public RunResult? Train(RunFolder run, long stopAfter = long.MaxValue, TimeProvider? time = null, bool recompute = false)
    {
        using var stop = new CancellationTokenSource();
        if (stopAfter <= run.ReadSpec().Training.StartStep || run.AttemptNumbers().Any(n => run.Attempt(n).CheckpointSteps().Contains(stopAfter)))
        {
            stop.Cancel();
        }

        return new RunAttempt(run, Store, time ?? TimeProvider.System, recompute).Execute(
            (state, _) =>
            {
                if (state.Step >= stopAfter)
                {
                    stop.Cancel();
                }
            },
            stop.Token);
    }

    /// <summary>The rows of all attempts up to where the next one took over.</summary>
    public static List<CurveRow> Curve(RunFolder run)
    {
        var rows = new List<CurveRow>();
        foreach (var attempt in run.AttemptNumbers().Select(run.Attempt))
        {
            var from = attempt.ReadRestorePoint()!.Step;
            rows = [.. rows.Where(r => r.Step <= from), .. Csv.Read<CurveRow>(attempt.CurveFile)];
        }

        return rows;
    }

    public static byte[] Weights(RunFolder run) => File.ReadAllBytes(Path.Combine(run.Attempt(run.ReadResult()!.Attempt).ModelFolder, "model.safetensors"));

    /// <summary>Weights and moments at the end of a trunk.</summary>
    public static byte[] End(RunFolder trunk) =>
        File.ReadAllBytes(Path.Combine(trunk.Attempt(trunk.ReadResult()!.Attempt).CheckpointFolder(trunk.ReadSpec().Training.EndStep), "tensors.safetensors"));

    public void Dispose() => _temporary.Dispose();
}
