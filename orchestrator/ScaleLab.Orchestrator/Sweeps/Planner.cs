using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts;
using ScaleLab.Contracts.Corpora;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Text;

namespace ScaleLab.Orchestrator.Sweeps;

/// <summary>Expands a sweep into runs: under WSD one trunk for all points that differ in D alone, cut where cooldowns fork.</summary>
internal sealed class Planner
{
    private const double LargestD = 1e18;

    // 20,000 runs of this length still add up to a TimeSpan.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    private readonly SweepFile _sweep;
    private readonly CorpusInfo _corpus;
    private readonly Target _target;
    private readonly string _build;
    private readonly Dictionary<string, PlannedRun> _runs = [];
    private readonly List<string> _notes = [];

    private Planner(SweepFile sweep, CorpusInfo corpus, Target target, string build)
    {
        (_sweep, _corpus, _target, _build) = (sweep, corpus, target, build);
    }

    private string Unit => _sweep.Spec.Family.Unit;

    /// <param name="sweep">What is wanted.</param>
    /// <param name="corpus">Prepared from the sweep's data.</param>
    /// <param name="target">The device that will train.</param>
    /// <param name="build">Version and commit, for the record.</param>
    /// <exception cref="Contracts.InputException">A point cannot be met, or the budget does not suffice.</exception>
    public static Plan Plan(SweepFile sweep, CorpusInfo corpus, Target target, string build)
    {
        // What did not fit under way makes the rest dearer: no reason to refuse to go on, or to design another grid.
        var foreseen = target with { RecomputeFrom = null };
        if (sweep.Spec.Grid.Design is not null)
        {
            return new DesignSearch(sweep, corpus, foreseen, s => Expand(s, foreseen)).Find();
        }

        var plan = Expand(sweep, target);
        return BudgetCheck.Excess(target == foreseen ? plan : Expand(sweep, foreseen), sweep.Spec.Budget, target.Slots) is { } excess ? throw sweep.Error($"budget.{excess.Key}", excess.Reason)
            : BudgetCheck.Obstacle(plan, target) is { } obstacle ? throw sweep.Error("grid", obstacle)
            : plan;

        Plan Expand(SweepFile sweep, Target target) => new Planner(sweep, corpus, target, build).Expand();
    }

    /// <summary>Prepares the corpus where need be, then plans.</summary>
    public static async Task<Plan> PlanAsync(SweepFile sweep, Func<DataSpec, CancellationToken, Task<CorpusInfo>> prepare, Target target, CancellationToken cancellation)
    {
        // Another process looks for the corpus; this one need not wait with its hands in its lap.
        var corpus = prepare(sweep.Spec.Data, cancellation);
        RunKey.Prepare();
        return Plan(sweep, await corpus, target, BuildInfo.Version);
    }

    private Plan Expand()
    {
        CheckCorpus();
        var recipe = Recipe.Of(_sweep.Spec);
        var points = (from point in GridExpansion.Points(_sweep, _corpus)
                      let training = Resolve(point, recipe)
                      from seed in GridExpansion.Seeds(_sweep.Spec.Grid)
                      select (Point: point, Training: training with { Seed = seed })).ToList();
        foreach (var trunk in points.GroupBy(p => p.Training.Schedule.Kind == ScheduleKind.Wsd ? RunKey.Endless(p.Training) : null))
        {
            if (trunk.Key is null)
            {
                AddWholeRuns(trunk);
            }
            else
            {
                AddTrunk(RunKey.Trunk(trunk.Key), trunk);
            }
        }

        var runs = _runs.Values.ToList();
        NoteEpochs(runs);
        NoteDevice(runs);
        return new Plan(_sweep.Spec.Name, _sweep.Text, _corpus, runs)
        {
            Laws = [.. _sweep.Spec.Law.Select(l => JsonNamingPolicy.SnakeCaseLower.ConvertName(l.ToString()))],
            Grid = _sweep.Spec.Grid,
            Budget = _sweep.Spec.Budget,
            Calibration = _target.Calibration,
            Prediction = _sweep.Spec.Prediction,
            Notes = _notes,
        };
    }

    // Everything but seed and phase, which the callers know.
    private TrainingSpec Resolve(GridPoint point, Recipe recipe)
    {
        var batch = recipe.BatchOf(point.Shape, point.Train);
        var sample = point.Shape.UnitsPerSample;
        if (batch.Initial % sample != 0)
        {
            var nearest = Math.Max(1, (batch.Initial + (sample / 2)) / sample) * sample;
            throw _sweep.Error(_sweep.RulePath("batch"), $"a batch of {batch.Initial} tokens is no whole number of windows of {sample}; {nearest} is");
        }

        if (batch.Initial > batch.Maximum)
        {
            throw _sweep.Error(_sweep.RulePath("batch_max"), $"the batch starts at {batch.Initial} {Unit}, above its maximum of {batch.Maximum}");
        }

        if (point.Shape.CouplesBatch && batch.Initial > _corpus.HeldOutUnits)
        {
            throw _sweep.Error("data", $"{_corpus.HeldOutUnits} {Unit} are held out, fewer than one batch of {batch.Initial}, on which a loss that compares them is measured; hold out more, or take a smaller batch");
        }

        var (end, d) = End(point, batch);
        return new TrainingSpec
        {
            Model = point.Shape,
            Corpus = _corpus.Hash,
            Phase = RunPhase.Whole,
            StartStep = 0,
            EndStep = end,
            D = d,
            Batch = batch,
            Schedule = recipe.ScheduleOf(batch, point.Train, point.TargetD),
            Optimizer = recipe.OptimizerOf(point.Train),
            Seed = 0,
            Precision = point.Train.Precision ?? recipe.Precision,
        };
    }

    // D in whole steps, where they come near enough to what was asked for.
    private (long End, long D) End(GridPoint point, BatchSpec batch)
    {
        if (point.TargetD > LargestD)
        {
            throw _sweep.Error(point.Source, $"D = {Quantity.Format(point.TargetD)} is more than {Quantity.Format(LargestD)}");
        }

        var timeline = new Timeline(batch);
        var end = timeline.StepsNearest((long)point.TargetD);
        var d = timeline.SeenBefore(end);
        return Math.Abs(d - point.TargetD) <= 0.1 * point.TargetD
            ? (end, d)
            : throw _sweep.Error(point.Source, $"D = {Quantity.Format(point.TargetD)} is too small: the nearest whole number of steps of {batch.Initial} {Unit} gives {d}");
    }

    private void AddWholeRuns(IEnumerable<(GridPoint Point, TrainingSpec Training)> points)
    {
        foreach (var (point, training) in points)
        {
            if (training.Schedule.Warmup >= training.D)
            {
                throw _sweep.Error(point.Source, $"D = {Quantity.Format(training.D)} ends before the warmup of {Quantity.Format(training.Schedule.Warmup)} {Unit} does");
            }

            Add(point, training, parent: null, trunk: null, training.D);
        }
    }

    private void AddTrunk(string trunk, IEnumerable<(GridPoint Point, TrainingSpec Training)> points)
    {
        var branches = points.Select(p => (p.Point, p.Training, Fork: Fork(p.Point, p.Training))).OrderBy(b => b.Fork).ThenBy(b => b.Training.D).ToList();
        string? parent = null;
        var start = 0L;
        foreach (var (point, training, fork) in branches)
        {
            var timeline = new Timeline(training.Batch);
            var seen = timeline.SeenBefore(fork);
            if (fork > start)
            {
                var segment = training with { Phase = RunPhase.Trunk, StartStep = start, EndStep = fork, D = seen };
                parent = Add(point with { TargetD = seen, Budget = null }, segment, parent, trunk, seen - timeline.SeenBefore(start));
                start = fork;
            }

            Add(point, training with { Phase = RunPhase.Branch, StartStep = fork }, parent, trunk, training.D - seen);
        }
    }

    private long Fork(GridPoint point, TrainingSpec training)
    {
        var timeline = new Timeline(training.Batch);
        var (schedule, d) = (training.Schedule, Quantity.Format(training.D));
        var fork = timeline.StepsNearest((long)((1 - schedule.Cooldown) * training.D));
        if (fork >= training.EndStep)
        {
            throw _sweep.Error(point.Source, $"D = {d} is too small: its {training.EndStep} steps of {training.Batch.Initial} {Unit} leave none for a cooldown of {schedule.Cooldown:0.##} of D");
        }

        return schedule.Warmup < timeline.SeenBefore(fork)
            ? fork
            : throw _sweep.Error(point.Source, $"D = {d} forks its cooldown at {Quantity.Format(timeline.SeenBefore(fork))} {Unit}, before the warmup of {Quantity.Format(schedule.Warmup)} {Unit} ends");
    }

    private string Add(GridPoint point, TrainingSpec training, string? parent, string? trunk, long own)
    {
        var key = RunKey.Of(training);
        if (_runs.TryGetValue(key, out var twin))
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"n {Quantity.Format(point.TargetN)}, d {Quantity.Format(point.TargetD)} is the same run as n {Quantity.Format(twin.TargetN)}, d {Quantity.Format(twin.TargetD)} after rounding; it is planned once"));
            return key;
        }

        var execution = Placement.Of(training, _target);
        var evaluation = _sweep.Spec.Evaluation;
        var memory = Bytes(training, execution);
        var seconds = Seconds(CostModel.TimeParts(training, execution, evaluation, _corpus), recomputes: !execution.Recompute && memory >= _target.RecomputeFrom);
        if (seconds > Longest.TotalSeconds)
        {
            throw _sweep.Error(point.Source, string.Create(CultureInfo.InvariantCulture, $"n {Quantity.Format(training.Model.Parameters.Total)}, d {Quantity.Format(training.D)} would take about {Quantity.Format(seconds / Longest.TotalSeconds)} years on one {_target.Device}, which is all that a run has"));
        }

        _runs.Add(key, new PlannedRun
        {
            Key = key,
            Parent = parent,
            Spec = new RunSpec
            {
                Key = key,
                Sweep = _sweep.Spec.Name,
                Training = training,
                Parent = parent,
                Execution = execution,
                Evaluation = evaluation,
                Build = _build,
            },
            Trunk = trunk,
            Budget = point.Budget,
            TargetN = point.TargetN,
            TargetD = point.TargetD,
            C = training.Model.TrainingFlops(training.D),
            CSpent = (training.Model.TrainingFlopsPerUnit * own) + (training.StartStep == 0 ? training.Model.SetupFlops : 0),
            Exposure = Exposure.Of(training.D, training.Model, _corpus),
            Memory = memory,
            Disk = CostModel.Disk(training),
            Time = TimeSpan.FromSeconds(seconds),
        });
        return key;
    }

    private long Bytes(TrainingSpec training, ExecutionSpec execution)
    {
        var parts = CostModel.MemoryParts(training, execution);
        return _target.Calibration?.Bytes(parts) ?? (long)parts.Sum();
    }

    private double Seconds(double[] parts, bool recomputes)
    {
        var seconds = _target.Calibration?.Seconds(parts) ?? parts.Sum();
        return recomputes ? seconds * CostModel.Recomputing : seconds;
    }

    private void CheckCorpus()
    {
        if (_sweep.Spec.Family.Obstacle(_sweep.Spec.ModelOptions, _corpus) is { } obstacle)
        {
            throw _sweep.Error("data", obstacle);
        }

        if (_sweep.Spec.Evaluation.Blocks > _corpus.HeldOutBlocks)
        {
            throw _sweep.Error("evaluation.blocks", $"the held-out set has {_corpus.HeldOutBlocks} blocks, not {_sweep.Spec.Evaluation.Blocks}");
        }
    }

    private void NoteEpochs(List<PlannedRun> runs)
    {
        var repeating = runs.Where(r => r.IsPoint && r.Exposure.Epochs > 1).ToList();
        if (repeating.Count > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{repeating.Count} of {runs.Count(r => r.IsPoint)} points see the corpus more than once, up to {repeating.Max(r => r.Exposure.Epochs):0.##} times; laws without data repetition do not describe them"));
        }
    }

    private void NoteDevice(List<PlannedRun> runs)
    {
        if (_target.EmulatesBf16 && runs.Exists(r => r.Spec.Training.Precision == Precision.Bf16))
        {
            _notes.Add("this CPU has neither AVX512_BF16 nor AMX-BF16: bf16 is emulated, and slower than fp32");
        }

        if (runs.Count(r => r.Memory >= _target.RecomputeFrom) is var recomputing and > 0)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{recomputing} of {runs.Count} runs compute their activations twice, since one as large has run out of memory here"));
        }

        // Where the memory is known, such a plan is refused.
        if (_target.MemoryBytes is null && Placement.Usable(_target) is { } usable && runs.Where(r => r.Memory > usable).ToList() is { Count: > 0 } large)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{large.Count} of {runs.Count} runs need up to {large.Max(r => r.Memory) / 1e9:0.#} GB where one has {usable / 1e9:0.#} GB (assumed); a run trains on one device and cannot be split"));
        }
    }
}
