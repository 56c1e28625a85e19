using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>
/// SGD with momentum whose every matrix moves by a fixed share of its length (You, Gitman and Ginsburg 2017), as the released codes of VICReg,
/// Barlow Twins and MoCo v3 have it: gains, biases and tables get neither decay nor that rule.
/// </summary>
internal sealed class Lars : IOptimizer
{
    private const double Trust = 1e-3;

    private const string Source = """
        def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], lr: float, momentum: float, decay: float, trust: float) -> Tensor:
            for i in range(len(p)):
                d = g[i]
                if trust > 0:
                    d = d + decay * p[i]
                    length = torch.norm(p[i])
                    change = torch.norm(d)
                    d = d * torch.where((length > 0) & (change > 0), trust * length / change, torch.ones_like(length))
                m[i].mul_(momentum).add_(d)
                p[i].add_(m[i], alpha=-lr)
            return p[0]

        """;

    private readonly Script _script = new(Source);
    private readonly OptimizerSpec _spec;
    private readonly Group[] _groups;
    private double _lr;

    /// <param name="parameters">Updated in place.</param>
    /// <param name="spec">Of it the decay, and <see cref="OptimizerSpec.Beta1"/> as the momentum.</param>
    public Lars(ParameterSet parameters, OptimizerSpec spec)
    {
        _spec = spec;
        using var frozen = no_grad();
        _groups =
        [
            .. parameters.All
                .GroupBy(p => p.Kind is ParameterKind.Matrix or ParameterKind.Head)
                .Select(g => new Group([.. g], g.Key ? Trust : 0)),
        ];
    }

    public IEnumerable<(string Name, Tensor Value)> State => _groups.SelectMany(g => g.Parameters.Zip(g.Momenta, (p, m) => ($"m.{p.Name}", m)));

    public void SetRate(double lr) => _lr = lr;

    /// <inheritdoc cref="IOptimizer.Step"/>
    public void Step(double lr)
    {
        SetRate(lr);
        Step();
    }

    public void Step()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var g in _groups)
        {
            Tensor[] values = [.. g.Parameters.Select(p => p.Value)];
            Tensor[] gradients = [.. values.Select(p => p.grad!)];
            _script.Call("step", values, gradients, g.Momenta, _lr, _spec.Beta1, _spec.WeightDecay, g.Trust);
        }
    }

    // Its memory is the same at every age.
    public void SetStep(long step)
    {
    }

    public void Dispose()
    {
        foreach (var m in _groups.SelectMany(g => g.Momenta))
        {
            m.Dispose();
        }

        _script.Dispose();
    }

    private sealed record Group(Parameter[] Parameters, double Trust)
    {
        public Tensor[] Momenta { get; } = [.. Parameters.Select(p => zeros_like(p.Value, requires_grad: false).DetachFromDisposeScope())];
    }
}
