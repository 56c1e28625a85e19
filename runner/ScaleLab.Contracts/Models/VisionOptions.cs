using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices that every vision method has.</summary>
public abstract record VisionOptions : ModelOptions
{
    /// <summary>Pixels along the side of a patch; must divide the image.</summary>
    [Range(1, 256)]
    public int Patch { get; set; } = 4;

    /// <summary>Fixes the depth of the encoder; else it follows from the width.</summary>
    [Range(1, 1000)]
    public int? Depth { get; init; }

    /// <summary>Fixes the encoder's number of heads; else it follows from the width, which it must divide.</summary>
    [Range(1, 1000)]
    public int? Heads { get; init; }
}
