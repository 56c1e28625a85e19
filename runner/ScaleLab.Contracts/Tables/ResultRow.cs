using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>A row of <c>results.csv</c>: one (N, D, …) point. Losses in nats; empty = missing, as is a column that an earlier version did not write.</summary>
[CsvRecord]
public sealed partial record ResultRow
{
    [CsvColumn("run_key")]
    public required string RunKey { get; init; }

    [CsvColumn("sweep")]
    public required string Sweep { get; init; }

    [CsvColumn("model")]
    public required string Model { get; init; }

    [CsvColumn("status")]
    public required string Status { get; init; }

    [CsvColumn("n")]
    public required long N { get; init; }

    [CsvColumn("n_non_embedding")]
    public required long NNonEmbedding { get; init; }

    [CsvColumn("n_embedding")]
    public required long NEmbedding { get; init; }

    [CsvColumn("n_head")]
    public required long NHead { get; init; }

    [CsvColumn("d")]
    public required long D { get; init; }

    /// <summary>Units of D seen at least once.</summary>
    [CsvColumn("unique_d")]
    public required long UniqueD { get; init; }

    [CsvColumn("epochs")]
    public required double Epochs { get; init; }

    /// <summary>Model FLOPs of the whole path from step 0.</summary>
    [CsvColumn("c")]
    public required double C { get; init; }

    [CsvColumn("c_6nd", Optional = true)]
    public double? C6nd { get; init; }

    /// <summary>FLOPs this row added to the bill.</summary>
    [CsvColumn("c_spent")]
    public required double CSpent { get; init; }

    /// <summary>The isoFLOP budget this point belongs to.</summary>
    [CsvColumn("budget", Optional = true)]
    public double? Budget { get; init; }

    [CsvColumn("width")]
    public required int Width { get; init; }

    [CsvColumn("depth")]
    public required int Depth { get; init; }

    [CsvColumn("heads")]
    public required int Heads { get; init; }

    /// <summary>Units of D per step, at the end.</summary>
    [CsvColumn("batch")]
    public required long Batch { get; init; }

    [CsvColumn("steps")]
    public required long Steps { get; init; }

    [CsvColumn("lr")]
    public required double Lr { get; init; }

    [CsvColumn("schedule")]
    public required string Schedule { get; init; }

    [CsvColumn("seed")]
    public required int Seed { get; init; }

    [CsvColumn("trunk", Optional = true)]
    public string? Trunk { get; init; }

    [CsvColumn("fork_step", Optional = true)]
    public long? ForkStep { get; init; }

    [CsvColumn("train_loss", Optional = true)]
    public double? TrainLoss { get; init; }

    [CsvColumn("val_loss", Optional = true)]
    public double? ValLoss { get; init; }

    [CsvColumn("val_loss_se", Optional = true)]
    public double? ValLossSe { get; init; }

    [CsvColumn("val_bpb", Optional = true)]
    public double? ValBpb { get; init; }

    [CsvColumn("n_decoder", Optional = true)]
    public long? NDecoder { get; init; }

    [CsvColumn("n_predictor", Optional = true)]
    public long? NPredictor { get; init; }

    [CsvColumn("n_projector", Optional = true)]
    public long? NProjector { get; init; }

    [CsvColumn("n_prototypes", Optional = true)]
    public long? NPrototypes { get; init; }

    /// <summary>All that was trained.</summary>
    [CsvColumn("n_total", Optional = true)]
    public long? NTotal { get; init; }

    /// <summary>Patch tokens that the trained encoder read, all views together.</summary>
    [CsvColumn("patch_tokens", Optional = true)]
    public double? PatchTokens { get; init; }

    /// <summary>Error rate of a linear probe of the frozen features.</summary>
    [CsvColumn("probe_error", Optional = true)]
    public double? ProbeError { get; init; }

    [CsvColumn("probe_error_se", Optional = true)]
    public double? ProbeErrorSe { get; init; }

    /// <summary>The same with the weights that training began with.</summary>
    [CsvColumn("probe_error_random", Optional = true)]
    public double? ProbeErrorRandom { get; init; }

    /// <summary>Error rate of weighted nearest neighbours.</summary>
    [CsvColumn("knn_error", Optional = true)]
    public double? KnnError { get; init; }

    [CsvColumn("knn_error_se", Optional = true)]
    public double? KnnErrorSe { get; init; }

    [CsvColumn("knn_error_random", Optional = true)]
    public double? KnnErrorRandom { get; init; }

    /// <summary>Effective rank of the features (Garrido et al. 2023).</summary>
    [CsvColumn("rankme", Optional = true)]
    public double? RankMe { get; init; }

    /// <summary>Effective rank of images over views (Thilak et al. 2024).</summary>
    [CsvColumn("lidar", Optional = true)]
    public double? Lidar { get; init; }

    /// <summary>How fast the eigenvalues of the features fall (Agrawal et al. 2022).</summary>
    [CsvColumn("alpha_req", Optional = true)]
    public double? AlphaReq { get; init; }

    /// <summary>1 where features spread over the sphere, 0 where they are one point.</summary>
    [CsvColumn("feature_spread", Optional = true)]
    public double? FeatureSpread { get; init; }

    /// <summary>Standard deviation of a dimension of the targets over images.</summary>
    [CsvColumn("target_std", Optional = true)]
    public double? TargetStd { get; init; }

    /// <summary>Entropy of the mean target, nats: ln K where all prototypes are used alike.</summary>
    [CsvColumn("target_entropy", Optional = true)]
    public double? TargetEntropy { get; init; }

    /// <summary>Loss late in the context less loss early in it (Olsson et al. 2022).</summary>
    [CsvColumn("in_context_score", Optional = true)]
    public double? InContextScore { get; init; }

    [CsvColumn("in_context_score_se", Optional = true)]
    public double? InContextScoreSe { get; init; }

    /// <summary>Loss over the last tenth of the context.</summary>
    [CsvColumn("late_loss", Optional = true)]
    public double? LateLoss { get; init; }

    /// <summary>Best head: attention to what followed the same token before.</summary>
    [CsvColumn("prefix_matching", Optional = true)]
    public double? PrefixMatching { get; init; }

    /// <summary>The same with the weights that training began with.</summary>
    [CsvColumn("prefix_matching_random", Optional = true)]
    public double? PrefixMatchingRandom { get; init; }

    /// <summary>Best head: how far seeing a token raises its own logit.</summary>
    [CsvColumn("copy_score", Optional = true)]
    public double? CopyScore { get; init; }

    /// <summary>Best head that does both: the product of the two.</summary>
    [CsvColumn("induction_score", Optional = true)]
    public double? InductionScore { get; init; }

    /// <summary>Loss of random tokens that come again.</summary>
    [CsvColumn("repeat_loss", Optional = true)]
    public double? RepeatLoss { get; init; }

    /// <summary>Loss of the same tokens when they come first.</summary>
    [CsvColumn("repeat_loss_first", Optional = true)]
    public double? RepeatLossFirst { get; init; }

    /// <summary>Share of them predicted exactly.</summary>
    [CsvColumn("repeat_accuracy", Optional = true)]
    public double? RepeatAccuracy { get; init; }

    /// <summary>Leave-one-out cosine of the differences of pairs (Park et al. 2023).</summary>
    [CsvColumn("linear_cosine", Optional = true)]
    public double? LinearCosine { get; init; }

    /// <summary>The same of tokens paired at random.</summary>
    [CsvColumn("linear_cosine_shuffled", Optional = true)]
    public double? LinearCosineShuffled { get; init; }

    /// <summary>Whether the other pairs' direction tells what comes next: 2·AUC − 1.</summary>
    [CsvColumn("concept_probe", Optional = true)]
    public double? ConceptProbe { get; init; }

    /// <summary>How far it raises the log-odds of a pair, over the spread of random pairs.</summary>
    [CsvColumn("concept_steering", Optional = true)]
    public double? ConceptSteering { get; init; }

    /// <summary>Share of analogies within a concept that 3CosAdd completes.</summary>
    [CsvColumn("analogy_accuracy", Optional = true)]
    public double? AnalogyAccuracy { get; init; }

    /// <summary>Best head of the last layer: 60 % of its attention against the object's mask (Caron et al. 2021).</summary>
    [CsvColumn("attention_jaccard", Optional = true)]
    public double? AttentionJaccard { get; init; }

    [CsvColumn("attention_jaccard_random", Optional = true)]
    public double? AttentionJaccardRandom { get; init; }

    [CsvColumn("attention_jaccard_supervised", Optional = true)]
    public double? AttentionJaccardSupervised { get; init; }

    [CsvColumn("attention_jaccard_shuffled", Optional = true)]
    public double? AttentionJaccardShuffled { get; init; }

    /// <summary>Average precision of the attention, without a threshold.</summary>
    [CsvColumn("attention_ap", Optional = true)]
    public double? AttentionAp { get; init; }

    [CsvColumn("attention_ap_random", Optional = true)]
    public double? AttentionApRandom { get; init; }

    [CsvColumn("attention_ap_supervised", Optional = true)]
    public double? AttentionApSupervised { get; init; }

    [CsvColumn("attention_ap_shuffled", Optional = true)]
    public double? AttentionApShuffled { get; init; }

    /// <summary>Share of patch tokens longer than three times the median (Darcet et al. 2023).</summary>
    [CsvColumn("outlier_tokens", Optional = true)]
    public double? OutlierTokens { get; init; }

    /// <summary>Length that one token in a hundred exceeds, over the median.</summary>
    [CsvColumn("token_norm_ratio", Optional = true)]
    public double? TokenNormRatio { get; init; }

    [CsvColumn("token_norm_ratio_random", Optional = true)]
    public double? TokenNormRatioRandom { get; init; }

    /// <summary>Share of the variance of a shape's place that a ridge on frozen features explains.</summary>
    [CsvColumn("position_r2", Optional = true)]
    public double? PositionR2 { get; init; }

    [CsvColumn("position_r2_random", Optional = true)]
    public double? PositionR2Random { get; init; }

    /// <summary>The same of its velocity.</summary>
    [CsvColumn("velocity_r2", Optional = true)]
    public double? VelocityR2 { get; init; }

    [CsvColumn("velocity_r2_random", Optional = true)]
    public double? VelocityR2Random { get; init; }

    /// <summary>The loss of the process that made the data, on the same held-out samples.</summary>
    [CsvColumn("loss_floor", Optional = true)]
    public double? LossFloor { get; init; }

    /// <summary>What the model loses beyond it.</summary>
    [CsvColumn("regret", Optional = true)]
    public double? Regret { get; init; }
}
