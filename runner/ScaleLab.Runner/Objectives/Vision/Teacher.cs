using ScaleLab.Runner.Models;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Objectives.Vision;

/// <summary>A network like the student, or like a part of it, that no gradient reaches: it follows as a moving average.</summary>
internal sealed class Teacher<TNetwork> : IDisposable
{
    private readonly ParameterSet _set = new();
    private readonly Tensor[] _student;

    /// <param name="student">Holds the tensors that are followed, by the names that <paramref name="build"/> gives its own.</param>
    /// <param name="build">Makes the network.</param>
    /// <param name="apart">Begins at weights of its own; else at the student's.</param>
    public Teacher(ParameterSet student, Func<ParameterSet, TNetwork> build, bool apart = false)
    {
        Network = build(_set);
        _set.Freeze();
        _student = [.. _set.Frozen.Select(p => student[p.Name])];
        State = [.. _set.Frozen.Select(p => ($"teacher.{p.Name}", p.Value))];
        if (!apart)
        {
            Follow(0);
        }
    }

    public TNetwork Network { get; }

    /// <summary>Its weights, for checkpoints.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> State { get; }

    /// <param name="momentum">Share of itself that the teacher keeps.</param>
    public void Follow(double momentum) => Momentum.Follow(State.Select(s => s.Value), _student, momentum);

    public void Dispose()
    {
        _set.Dispose();
        (Network as IDisposable)?.Dispose();
    }
}
