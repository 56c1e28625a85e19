using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Runs;

/// <summary>AdamW with decoupled decay, after Loshchilov and Hutter 2019, and the rules that carry one rate across widths; or LARS, which needs no such rules.</summary>
public sealed record OptimizerSpec
{
    /// <summary>LARS reads <see cref="Lr"/>, <see cref="WeightDecay"/>, and <see cref="Beta1"/> as its momentum.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public OptimizerKind Kind { get; init; }

    /// <summary>Peak learning rate of a matrix of width <see cref="BaseWidth"/> at the initial batch.</summary>
    public required double Lr { get; init; }

    /// <summary>Matrices learn at Lr · BaseWidth / width (Yang et al. 2022, table 8, Adam). 0 switches the rule off.</summary>
    public int BaseWidth { get; set; } = 64;

    /// <summary>The input table and the gains learn at this multiple of Lr, whatever the width.</summary>
    public double VectorLr { get; set; } = 1;

    public double Beta1 { get; set; } = 0.9;

    public double Beta2 { get; set; } = 0.95;

    public double Epsilon { get; set; } = 1e-8;

    /// <summary>Applied to matrices only, times the rate of their group.</summary>
    public double WeightDecay { get; set; } = 0.1;

    /// <summary>Largest norm of the whole gradient; 0 switches clipping off.</summary>
    public double Clip { get; set; } = 1;
}

public enum OptimizerKind
{
    Adamw,

    /// <summary>Layer-wise adaptive rates (You, Gitman and Ginsburg 2017).</summary>
    Lars,
}
