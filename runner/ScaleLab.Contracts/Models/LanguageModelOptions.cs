using System.ComponentModel.DataAnnotations;

namespace ScaleLab.Contracts.Models;

/// <summary>Choices of a sweep over language models.</summary>
public sealed record LanguageModelOptions : ModelOptions
{
    /// <summary>Tokens a window holds.</summary>
    [Range(2, 1_048_576)]
    public int Context { get; set; } = 128;

    /// <summary>The head reuses the input table.</summary>
    public bool Tied { get; init; }

    /// <summary>Fixes the depth; else it follows from the width.</summary>
    [Range(1, 1000)]
    public int? Depth { get; init; }

    /// <summary>Fixes the number of heads; else it follows from the width. Must divide the width into even parts.</summary>
    [Range(1, 1000)]
    public int? Heads { get; init; }
}
