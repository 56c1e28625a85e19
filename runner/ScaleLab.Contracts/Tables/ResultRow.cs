using CsvHelper;

namespace ScaleLab.Contracts.Tables;

/// <summary>A row of <c>results.csv</c>: one (N, D, …) point. Losses in nats; empty = missing.</summary>
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

    [CsvColumn("c_6nd")]
    public double? C6nd { get; init; }

    /// <summary>FLOPs this row added to the bill.</summary>
    [CsvColumn("c_spent")]
    public required double CSpent { get; init; }

    /// <summary>The isoFLOP budget this point belongs to.</summary>
    [CsvColumn("budget")]
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

    [CsvColumn("trunk")]
    public string? Trunk { get; init; }

    [CsvColumn("fork_step")]
    public long? ForkStep { get; init; }

    [CsvColumn("train_loss")]
    public double? TrainLoss { get; init; }

    [CsvColumn("val_loss")]
    public double? ValLoss { get; init; }

    [CsvColumn("val_loss_se")]
    public double? ValLossSe { get; init; }

    [CsvColumn("val_bpb")]
    public double? ValBpb { get; init; }

    [CsvColumn("n_decoder")]
    public long? NDecoder { get; init; }

    [CsvColumn("n_predictor")]
    public long? NPredictor { get; init; }

    [CsvColumn("n_projector")]
    public long? NProjector { get; init; }

    [CsvColumn("n_prototypes")]
    public long? NPrototypes { get; init; }

    /// <summary>All that was trained.</summary>
    [CsvColumn("n_total")]
    public long? NTotal { get; init; }

    /// <summary>Patch tokens that the trained encoder read, all views together.</summary>
    [CsvColumn("patch_tokens")]
    public double? PatchTokens { get; init; }

    /// <summary>Error rate of a linear probe of the frozen features.</summary>
    [CsvColumn("probe_error")]
    public double? ProbeError { get; init; }

    [CsvColumn("probe_error_se")]
    public double? ProbeErrorSe { get; init; }

    /// <summary>The same with the weights that training began with.</summary>
    [CsvColumn("probe_error_random")]
    public double? ProbeErrorRandom { get; init; }

    /// <summary>Error rate of weighted nearest neighbours.</summary>
    [CsvColumn("knn_error")]
    public double? KnnError { get; init; }

    [CsvColumn("knn_error_se")]
    public double? KnnErrorSe { get; init; }

    [CsvColumn("knn_error_random")]
    public double? KnnErrorRandom { get; init; }

    /// <summary>Effective rank of the features (Garrido et al. 2023).</summary>
    [CsvColumn("rankme")]
    public double? RankMe { get; init; }

    /// <summary>Effective rank of images over views (Thilak et al. 2024).</summary>
    [CsvColumn("lidar")]
    public double? Lidar { get; init; }

    /// <summary>How fast the eigenvalues of the features fall (Agrawal et al. 2022).</summary>
    [CsvColumn("alpha_req")]
    public double? AlphaReq { get; init; }

    /// <summary>1 where features spread over the sphere, 0 where they are one point.</summary>
    [CsvColumn("feature_spread")]
    public double? FeatureSpread { get; init; }

    /// <summary>Standard deviation of a dimension of the targets over images.</summary>
    [CsvColumn("target_std")]
    public double? TargetStd { get; init; }

    /// <summary>Entropy of the mean target, nats: ln K where all prototypes are used alike.</summary>
    [CsvColumn("target_entropy")]
    public double? TargetEntropy { get; init; }
}
