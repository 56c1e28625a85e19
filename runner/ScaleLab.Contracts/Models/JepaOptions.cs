using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices that both joint-embedding predictive methods have.</summary>
public abstract record JepaOptions : VisionOptions
{
    /// <summary>Width of the predictor, equal for all sizes of the encoder; a multiple of 4. 384 in the released code, for encoders of 768 to 1408.</summary>
    [Range(4, 8192)]
    public int PredictorWidth { get; set; } = 32;

    /// <summary>Blocks of the predictor.</summary>
    [Range(1, 1000)]
    public int PredictorDepth { get; set; } = 2;

    /// <summary>Fixes the predictor's heads; else they follow from its width.</summary>
    [Range(1, 1000)]
    public int? PredictorHeads { get; init; }
}
