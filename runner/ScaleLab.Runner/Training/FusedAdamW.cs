using ScaleLab.Contracts.Runs;
using ScaleLab.Runner.Models;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) and clipping by the global norm: a few native calls a step, whatever the number of tensors.</summary>
internal sealed class FusedAdamW : IOptimizer
{
    private const string Source = """
        def clip(grads: List[Tensor], limit: float) -> Tensor:
            norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(grads, 2.0)), 2.0)
            torch._foreach_mul_(grads, torch.clamp(limit / (norm + 1e-6), max=1.0))
            return norm

        def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor],
                 lr: float, beta1: float, beta2: float, decay: float, eps: float) -> Tensor:
            unused: List[Tensor] = []
            torch._foreach_add_(steps, 1.0)
            torch._fused_adamw_(p, g, m, v, unused, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return p[0]

        def step_at(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor],
                    lr: Tensor, beta1: float, beta2: float, decay: float, eps: float) -> Tensor:
            unused: List[Tensor] = []
            torch._foreach_add_(steps, 1.0)
            torch._fused_adamw_(p, g, m, v, unused, steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return p[0]

        """;

    private readonly Script _script = new(Source);
    private readonly OptimizerSpec _spec;
    private readonly ParameterSet _parameters;
    private readonly Group[] _groups;
    private double _lr;

    /// <param name="parameters">Float32 leaves; updated in place.</param>
    /// <param name="spec">Rates and moments.</param>
    /// <param name="width">Of the model: matrices learn at BaseWidth / width.</param>
    /// <param name="tensorRates">Keep the rates on the device, as float32, so that a recorded step takes those of its turn.</param>
    public FusedAdamW(ParameterSet parameters, OptimizerSpec spec, int width, bool tensorRates = false)
    {
        (_parameters, _spec, IsStatic) = (parameters, spec, tensorRates);
        var matrixLr = spec.BaseWidth == 0 ? 1 : (double)spec.BaseWidth / width;
        using var frozen = no_grad();
        _groups = [.. parameters.All.GroupBy(Rule).Select(g => new Group([.. g], g.Key.Rate, g.Key.Decay))];

        (double Rate, double Decay) Rule(Parameter p) => p.Kind is ParameterKind.Matrix or ParameterKind.Head
            ? (p.Scales ? matrixLr : 1, spec.WeightDecay)
            : (spec.VectorLr, 0);
    }

    /// <summary>The moments by name (<c>m.…</c>, <c>v.…</c>), for checkpoints.</summary>
    public IEnumerable<(string Name, Tensor Value)> State => _groups.SelectMany(g => g.State);

    public bool IsStatic { get; }

    public void SetRate(double lr)
    {
        _lr = lr;
        if (IsStatic)
        {
            using var frozen = no_grad();
            foreach (var g in _groups)
            {
                g.Lr.fill_(lr * g.Rate);
            }
        }
    }

    /// <summary>One update from the gradients that the parameters hold.</summary>
    /// <param name="lr">Base rate of this step.</param>
    public void Step(double lr)
    {
        SetRate(lr);
        Step();
    }

    public void Step()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (_spec.Clip > 0)
        {
            _script.Call("clip", _parameters.All.Select(p => p.Value.grad!).ToArray(), _spec.Clip);
        }

        foreach (var g in _groups)
        {
            var gradients = g.Values.Select(p => p.grad!).ToArray();
            if (IsStatic)
            {
                _script.Call("step_at", g.Values, gradients, g.M, g.V, g.Steps, g.Lr, _spec.Beta1, _spec.Beta2, g.Decay, _spec.Epsilon);
            }
            else
            {
                _script.Call("step", g.Values, gradients, g.M, g.V, g.Steps, _lr * g.Rate, _spec.Beta1, _spec.Beta2, g.Decay, _spec.Epsilon);
            }
        }
    }

    /// <summary>Tells the bias correction how many updates the moments have seen.</summary>
    public void SetStep(long step)
    {
        using var frozen = no_grad();
        foreach (var t in _groups.SelectMany(g => g.Steps))
        {
            t.fill_(step);
        }
    }

    public void Dispose()
    {
        foreach (var t in _groups.SelectMany(g => g.Steps.Concat(g.M).Concat(g.V).Append(g.Lr)))
        {
            t.Dispose();
        }

        _script.Dispose();
    }

    private sealed class Group(Parameter[] parameters, double rate, double decay)
    {
        public double Rate { get; } = rate;

        public double Decay { get; } = decay;

        /// <summary>Of the step at hand, where it is taken from the device: float32, as CUDA's fused kernel wants it.</summary>
        public Tensor Lr { get; } = zeros([], float32, parameters[0].Value.device).DetachFromDisposeScope();

        public Tensor[] Values { get; } = [.. parameters.Select(p => p.Value)];

        public Tensor[] M { get; } = Zeros(parameters);

        public Tensor[] V { get; } = Zeros(parameters);

        public Tensor[] Steps { get; } = [.. parameters.Select(p => zeros([], float32, p.Value.device).DetachFromDisposeScope())];

        public IEnumerable<(string Name, Tensor Value)> State =>
            parameters.SelectMany((p, i) => new[] { ($"m.{p.Name}", M[i]), ($"v.{p.Name}", V[i]) });

        private static Tensor[] Zeros(Parameter[] parameters) => [.. parameters.Select(p => zeros_like(p.Value, requires_grad: false).DetachFromDisposeScope())];
    }
}
