using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over DINO.</summary>
public sealed record DinoOptions : VisionOptions
{
    /// <summary>Small crops that the student reads beside the two large ones; 8 in the paper.</summary>
    [Range(0, 64)]
    public int LocalCrops { get; set; } = 4;

    /// <summary>Pixels along the side of a small crop, a multiple of the patch; half of the image unless set.</summary>
    [Range(1, 4096)]
    public int? LocalSize { get; init; }

    /// <summary>Width of the head's hidden layers, equal for all sizes of the encoder; 2048 in the paper.</summary>
    [Range(8, 65_536)]
    public int ProjectorWidth { get; set; } = 256;

    /// <summary>Width of what meets the prototypes; 256 in the paper.</summary>
    [Range(2, 65_536)]
    public int EmbeddingWidth { get; set; } = 64;

    /// <summary>K: the loss reads ln K where nothing was learnt; 65 536 in the paper.</summary>
    [Range(2, 1_048_576)]
    public int Prototypes { get; set; } = 1024;

    /// <summary>Of the student's probabilities.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double StudentTemperature { get; set; } = 0.1;

    /// <summary>Of the teacher's; below the student's, or all prototypes tie.</summary>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double TeacherTemperature { get; set; } = 0.04;

    /// <summary>What keeps one prototype from winning every image: a running <c>centre</c>, or <c>sinkhorn</c> over the batch as in DINOv2.</summary>
    public DinoTargets Targets { get; init; }

    /// <summary>Of the teacher's moving average at the start; it rises to 1 under <c>schedule: cosine</c>, and is constant under <c>wsd</c>. 0.99 suits small data (dino#246); 0.996 in the paper.</summary>
    [Range(0, 1, MaximumIsExclusive = true)]
    public double Momentum { get; set; } = 0.99;

    /// <summary>Weight of KoLeo on the student's codes, summed over the two large crops, 0.1 in DINOv2; 0 leaves it out.</summary>
    [Range(0, double.MaxValue)]
    public double Koleo { get; init; }
}

/// <summary>How DINO's teacher makes probabilities of its logits.</summary>
public enum DinoTargets
{
    Centre,
    Sinkhorn,
}
