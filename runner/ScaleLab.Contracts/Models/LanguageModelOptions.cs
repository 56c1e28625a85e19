namespace ScaleLab.Contracts.Models;

/// <summary><c>options:</c> of a sweep over language models.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Tokens a window holds, at least 2.</summary>
    public int Context { get; init; } = 128;

    /// <summary>The head reuses the input table.</summary>
    public bool Tied { get; init; }

    /// <summary>Fixes the depth; else it follows from the width.</summary>
    public int? Depth { get; init; }

    /// <summary>Fixes the number of heads; else it follows from the width. Must divide the width into even parts.</summary>
    public int? Heads { get; init; }
}
