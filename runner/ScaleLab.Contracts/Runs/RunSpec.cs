using System.Text.Json.Serialization;

namespace ScaleLab.Contracts.Runs;

/// <summary><c>run.json</c>: one run, as it was resolved when the sweep was planned. What trains it stays; what is measured and where it grows from follow the latest plan (<see cref="RunFolder.Create"/>).</summary>
public sealed record RunSpec
{
    public int Format { get; set; } = 1;

    public required string Key { get; init; }

    public required string Sweep { get; init; }

    public required TrainingSpec Training { get; init; }

    /// <summary>The run whose last checkpoint this one starts from.</summary>
    public string? Parent { get; init; }

    public required ExecutionSpec Execution { get; init; }

    public required EvaluationSpec Evaluation { get; init; }

    /// <summary>Version and commit of the planner.</summary>
    public required string Build { get; init; }
}

/// <summary>How the arithmetic is carried out: no part of the identity, but of the bits.</summary>
public sealed record ExecutionSpec
{
    /// <summary><c>cpu</c> or <c>cuda</c>. Which GPU it is decides no bits: the worker sees one.</summary>
    public string Device { get; set; } = "cpu";

    public MathPath Math { get; set; } = MathPath.Exact;

    /// <summary>OpenMP threads of the worker.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>Samples per forward pass. Gradients of a batch are summed chunk by chunk, so this decides the order of the sum.</summary>
    public required int Chunk { get; init; }

    /// <summary>Compute activations again in the backward pass, since not even one sample's fit. It changes no bits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Recompute { get; init; }
}

/// <summary>The kernels behind float32 matrix products on a CPU.</summary>
public enum MathPath
{
    /// <summary>libtorch's default (MKL).</summary>
    Exact,

    /// <summary>oneDNN's kernels: still float32 on AVX-512 without AMX, and faster where MKL falls back to AVX2.</summary>
    Fast,
}
