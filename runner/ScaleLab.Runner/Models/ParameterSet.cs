using ScaleLab.Contracts.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>The trained tensors of a model by name, in a fixed order. Float32 unless a test asks for float64.</summary>
internal sealed class ParameterSet : IDisposable
{
    private readonly List<Parameter> _parameters = [];
    private readonly List<Parameter> _frozen = [];

    public IReadOnlyList<Parameter> All => _parameters;

    /// <summary>Tensors that were taken out of training, and belong to the model.</summary>
    public IReadOnlyList<Parameter> Frozen => _frozen;

    public long Count => _parameters.Sum(p => p.Value.numel());

    public Tensor this[string name] => _parameters.Concat(_frozen).FirstOrDefault(p => p.Name == name)?.Value ?? throw new KeyNotFoundException(name);

    /// <summary>Takes over <paramref name="value"/> and makes it a leaf that gathers gradients.</summary>
    /// <param name="name">Unique.</param>
    /// <param name="kind">How it is counted and trained.</param>
    /// <param name="value">Its initial value.</param>
    /// <param name="scales">Its number of inputs grows with the model's width.</param>
    public Tensor Add(string name, ParameterKind kind, Tensor value, bool scales = true)
    {
        var leaf = value.detach().requires_grad_(true).DetachFromDisposeScope();
        _parameters.Add(new Parameter(name, kind, leaf, scales));
        return leaf;
    }

    /// <summary>From here on no gradient reaches the tensors whose names begin so.</summary>
    public void Freeze(string prefix = "")
    {
        var chosen = _parameters.FindAll(p => p.Name.StartsWith(prefix, StringComparison.Ordinal));
        chosen.ForEach(p => p.Value.requires_grad_(false));
        _frozen.AddRange(chosen);
        _parameters.RemoveAll(chosen.Contains);
    }

    public void DropGradients()
    {
        foreach (var p in _parameters)
        {
            p.Value.grad = null;
        }
    }

    public void Dispose()
    {
        foreach (var p in _parameters.Concat(_frozen))
        {
            p.Value.Dispose();
        }
    }
}

/// <summary>A named tensor and the part of the count it belongs to.</summary>
internal sealed record Parameter(string Name, ParameterKind Kind, Tensor Value, bool Scales);

/// <summary>Decides which <see cref="ParameterCount"/> part a tensor is, and how it is optimised: matrices decay, and learn at 1/width where their number of inputs is the width.</summary>
internal enum ParameterKind
{
    Embedding,
    Matrix,
    Gain,
    Head,
}
