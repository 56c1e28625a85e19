using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over masked autoencoders.</summary>
public sealed record MaeOptions : VisionOptions
{
    /// <summary>Share of the patches that the encoder does not see.</summary>
    [Range(0, 1, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaskRatio { get; set; } = 0.75;

    /// <summary>Training images are cropped and flipped at random; else they are taken as they are.</summary>
    public bool Augment { get; set; } = true;

    /// <summary>Targets are normalised patch by patch, as the released models' were; the released code's default is raw pixels.</summary>
    public bool NormPix { get; init; }

    /// <summary>Width of the decoder, equal for all sizes of the encoder; a multiple of 4.</summary>
    [Range(4, 8192)]
    public int DecoderWidth { get; set; } = 64;

    /// <summary>Blocks of the decoder.</summary>
    [Range(1, 1000)]
    public int DecoderDepth { get; set; } = 1;

    /// <summary>Fixes the decoder's heads; else they follow from its width.</summary>
    [Range(1, 1000)]
    public int? DecoderHeads { get; init; }
}
