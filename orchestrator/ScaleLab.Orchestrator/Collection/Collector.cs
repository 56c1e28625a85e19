using System.Globalization;
using System.Text.Json;
using ScaleLab.Contracts.Models;
using ScaleLab.Contracts.Runs;
using ScaleLab.Contracts.Tables;
using ScaleLab.Orchestrator.Accounting;
using ScaleLab.Orchestrator.Execution;
using ScaleLab.Orchestrator.Progress;
using ScaleLab.Orchestrator.Sweeps;

namespace ScaleLab.Orchestrator.Collection;

/// <summary>Rebuilds <c>results.csv</c>, <c>curves.csv</c> and <c>timings.csv</c> from the run folders. The first two depend on the runs alone, not on how often they were interrupted.</summary>
internal static class Collector
{
    /// <summary>Status of a row whose run ended well, but was measured in another way and kept no weights.</summary>
    private const string Unmeasured = "unmeasured";

    /// <returns>What the files now say.</returns>
    public static IReadOnlyList<RunState> Collect(SweepFolder folder, IReadOnlyList<PlannedRun> runs)
    {
        var states = RunState.ReadAll(folder, runs)
            .OrderBy(s => s.Run.Spec.Training.Model.Parameters.Total)
            .ThenBy(s => s.Run.Spec.Training.D)
            .ThenBy(s => s.Run.Spec.Training.Seed)
            .ThenBy(s => s.Run.Spec.Training.Optimizer.Lr)
            .ThenBy(s => s.Run.Key, StringComparer.Ordinal)
            .ToList();
        Write(folder.ResultsFile, states.Where(s => s.Run.IsPoint && s.Status is not null).Select(Result), () => File.Delete(folder.ReportFile));
        Write(folder.CurvesFile, states.Where(s => s.Result is not null).SelectMany(Curve));
        var forecast = Forecast.Read(folder).Finish;
        var uses = DeviceLedger.Read(folder, states);
        var machine = MachineRecord.Read(folder);
        Write(folder.TimingsFile, states.Where(s => s.Attempts.Count > 0).Select(s => Timing(s, machine) with
        {
            PredictedFinish = forecast.TryGetValue(s.Run.Key, out var finish) ? Moment(finish.UtcDateTime) : null,
            DeviceHours = uses.TryGetValue(s.Run.Key, out var use) ? use.Hours : null,
        }));
        return states;
    }

    /// <summary>Whether the tables were written after the plan and after every result, so that collecting again would change nothing.</summary>
    public static bool IsCurrent(SweepFolder folder, IReadOnlyList<PlannedRun> runs)
    {
        // The last one that a collection writes.
        var written = File.GetLastWriteTimeUtc(folder.TimingsFile);
        return File.Exists(folder.ResultsFile)
            && File.Exists(folder.CurvesFile)
            && File.GetLastWriteTimeUtc(folder.PlanFile) < written
            && SweepFolder.ReadEach(runs, r => folder.Run(r.Key).ChangedUtc).All(changed => changed < written);
    }

    // A report of other results goes before they come: that one is there then says that it is theirs, whatever the clocks say.
    private static void Write<T>(string file, IEnumerable<T> rows, Action? beforeChange = null)
    {
        using var text = new MemoryStream();
        Csv.Write(text, rows);
        var content = text.GetBuffer().AsSpan(0, (int)text.Length);
        if (!File.Exists(file) || !content.SequenceEqual(File.ReadAllBytes(file)))
        {
            beforeChange?.Invoke();
            SweepFolder.Replace(file, content);
        }
    }

    private static ResultRow Result(RunState state)
    {
        var (run, training) = (state.Run, state.Run.Spec.Training);
        var (parameters, vision) = (training.Model.Parameters, training.Model as VisionShape);
        return new ResultRow
        {
            RunKey = run.Key,
            Sweep = run.Spec.Sweep,
            Model = training.Model.Family,
            Status = state is { Status: RunStatus.Ok, Evaluation: null } ? Unmeasured : Name(state.Status!.Value),
            N = parameters.Total,
            NNonEmbedding = parameters.Body,
            NEmbedding = parameters.Embedding,
            NHead = parameters.Head,
            D = training.D,
            UniqueD = run.Exposure.UniqueD,
            Epochs = run.Exposure.Epochs,
            C = run.C,
            C6nd = training.Model is LanguageModelShape ? 6.0 * parameters.Total * training.D : null,
            CSpent = run.CSpent,
            Budget = run.Budget,
            Width = training.Model.Width,
            Depth = training.Model.Depth,
            Heads = training.Model.Heads,
            Batch = new Timeline(training.Batch).BatchAt(training.EndStep - 1),
            Steps = training.EndStep,
            Lr = training.Optimizer.Lr,
            Schedule = Name(training.Schedule.Kind),
            Seed = training.Seed,
            Trunk = run.Trunk,
            ForkStep = training.Phase == RunPhase.Branch ? training.StartStep : null,
            TrainLoss = state.Result?.TrainLoss,
            ValLoss = state.Evaluation?.ValLoss,
            ValLossSe = state.Evaluation?.ValLossSe,
            ValBpb = state.Evaluation?.ValBpb,
            NDecoder = vision?.Auxiliaries.Decoder,
            NPredictor = vision?.Auxiliaries.Predictor,
            NProjector = vision?.Auxiliaries.Projector,
            NPrototypes = vision?.Auxiliaries.Prototypes,
            NTotal = vision?.Trained,
            PatchTokens = vision?.EncoderTokens * training.D,
            ProbeError = Metric("probe_error"),
            ProbeErrorSe = Metric("probe_error_se"),
            ProbeErrorRandom = Metric("probe_error_random"),
            KnnError = Metric("knn_error"),
            KnnErrorSe = Metric("knn_error_se"),
            KnnErrorRandom = Metric("knn_error_random"),
            RankMe = Metric("rankme"),
            Lidar = Metric("lidar"),
            AlphaReq = Metric("alpha_req"),
            FeatureSpread = Metric("feature_spread"),
            TargetStd = Metric("target_std"),
            TargetEntropy = Metric("target_entropy"),
            InContextScore = Metric("in_context_score"),
            InContextScoreSe = Metric("in_context_score_se"),
            LateLoss = Metric("late_loss"),
            PrefixMatching = Metric("prefix_matching"),
            PrefixMatchingRandom = Metric("prefix_matching_random"),
            CopyScore = Metric("copy_score"),
            InductionScore = Metric("induction_score"),
            RepeatLoss = Metric("repeat_loss"),
            RepeatLossFirst = Metric("repeat_loss_first"),
            RepeatAccuracy = Metric("repeat_accuracy"),
            LinearCosine = Metric("linear_cosine"),
            LinearCosineShuffled = Metric("linear_cosine_shuffled"),
            ConceptProbe = Metric("concept_probe"),
            ConceptSteering = Metric("concept_steering"),
            AnalogyAccuracy = Metric("analogy_accuracy"),
            AttentionJaccard = Metric("attention_jaccard"),
            AttentionJaccardRandom = Metric("attention_jaccard_random"),
            AttentionJaccardSupervised = Metric("attention_jaccard_supervised"),
            AttentionJaccardShuffled = Metric("attention_jaccard_shuffled"),
            AttentionAp = Metric("attention_ap"),
            AttentionApRandom = Metric("attention_ap_random"),
            AttentionApSupervised = Metric("attention_ap_supervised"),
            AttentionApShuffled = Metric("attention_ap_shuffled"),
            OutlierTokens = Metric("outlier_tokens"),
            TokenNormRatio = Metric("token_norm_ratio"),
            TokenNormRatioRandom = Metric("token_norm_ratio_random"),
            PositionR2 = Metric("position_r2"),
            PositionR2Random = Metric("position_r2_random"),
            VelocityR2 = Metric("velocity_r2"),
            VelocityR2Random = Metric("velocity_r2_random"),
            LossFloor = Metric(RunEvaluation.LossFloor),
            Regret = state.Evaluation?.ValLoss - Metric(RunEvaluation.LossFloor),
        };

        double? Metric(string name) => state.Evaluation?.Metrics?.TryGetValue(name, out var value) == true ? value : null;
    }

    private static IEnumerable<CurveRow> Curve(RunState state) => CurveStitcher
        .Read(state.Folder, state.Result!.Attempt)
        .Select(r => r with { RunKey = state.Run.Key, Annealed = r.Annealed && state.Run.IsPoint, ValLoss = r.ValLoss is null ? null : state.Evaluation?.ValLoss });

    private static TimingRow Timing(RunState state, MachineRecord machine)
    {
        var (spec, result) = (state.Folder.ReadSpec(), state.Result);
        var training = spec.Training;
        var own = new Timeline(training.Batch);
        var (from, to) = (own.SeenBefore(training.StartStep), own.SeenBefore(result?.Step ?? training.StartStep));
        var trained = result is { WallSeconds: var all, EvaluationSeconds: var evaluation } && all > evaluation ? all - evaluation : (double?)null;
        var (rate, peak) = (training.Model.TrainingFlopsPerUnit * (to - from) / trained, machine.Peak(spec, result?.Machine.DeviceName));
        return new TimingRow
        {
            RunKey = spec.Key,
            Phase = Name(training.Phase),
            Status = state.Status is { } status ? Name(status) : "",
            Attempts = state.Attempts.Count,
            WallSeconds = result is { WallSeconds: > 0 } ? result.WallSeconds : null,
            PredictedSeconds = state.Run.Time.TotalSeconds,
            Finish = result is null ? null : Moment(File.GetLastWriteTimeUtc(state.Folder.ResultFile)),
            DPerSecond = (to - from) / trained,
            FlopsPerSecond = rate,
            Mfu = rate / peak,
            PeakFlops = peak,
            PeakMemoryBytes = result?.PeakMemoryBytes,
            PredictedMemoryBytes = state.Run.Memory,
            CSpent = state.Run.CSpent,
            Device = result?.Machine.Device,
            DeviceName = result?.Machine.DeviceName,
            Host = result?.Machine.Host,
            Stacked = result?.Machine.Stacked,
            Threads = spec.Execution.Threads,
            Math = Name(spec.Execution.Math),
            MatmulError = result?.Machine.MatmulError,
            Libtorch = result?.Machine.Libtorch,
            Build = result?.Machine.Build,
        };
    }

    private static string Moment(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Name<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString());
}
