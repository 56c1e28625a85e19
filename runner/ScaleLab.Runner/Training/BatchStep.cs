using ScaleLab.Runner.Data;
using ScaleLab.Runner.Native;
using ScaleLab.Runner.Objectives;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>
/// One step of training: forward and backward pass of a batch, in chunks of a size that never changes with memory or load (the order of a sum decides
/// its last bits), then the update. On a GPU it only asks for the work: nothing in it waits for the device.
/// </summary>
internal sealed class BatchStep : IDisposable
{
    private readonly ILoss _loss;
    private readonly IOptimizer _optimizer;
    private readonly int _chunk;
    private readonly ReadAhead _reader;
    private readonly Device _device;
    private readonly Tensor _nats;
    private readonly StepGraph? _graph;

    /// <param name="loss">What is trained.</param>
    /// <param name="optimizer">Of its parameters.</param>
    /// <param name="chunk">Samples of one pass.</param>
    /// <param name="way">How it is asked for.</param>
    public BatchStep(ILoss loss, IOptimizer optimizer, int chunk, StepWay way)
    {
        (_loss, _optimizer, _chunk, _device) = (loss, optimizer, chunk, loss.Parameters.All[0].Value.device);
        _graph = way.Capture is { } capture && loss.IsStatic && optimizer.IsStatic ? new StepGraph(capture) : null;
        _reader = new ReadAhead(loss.Read, way.ReadAhead);
        _nats = zeros([], float64, _device).DetachFromDisposeScope();
    }

    /// <summary>Looked at when a forward pass has filled the memory.</summary>
    public HeapLimit? HeapLimit { get; set; }

    /// <summary>Where gradients are computed together with those of other runs; null where this one computes its own.</summary>
    public ReplicaStack.Seat? Seat { get; set; }

    /// <summary>Steps that were repeated from a record.</summary>
    public long Repeated => _graph?.Repeated ?? 0;

    /// <summary>Sum of the losses of the last step's samples, float64 on the device.</summary>
    public Tensor Nats => _nats;

    /// <param name="first">Number of the step's first sample.</param>
    /// <param name="samples">Of the step.</param>
    /// <param name="units">Of D, in all of them: what the loss is divided by.</param>
    /// <param name="lr">Base rate.</param>
    /// <param name="then">Samples of the next step; null for none.</param>
    public void Start(long first, int samples, long units, double lr, int? then)
    {
        _optimizer.SetRate(lr);
        using var scope = NewDisposeScope();
        if (_graph is null)
        {
            Passes(samples, units, done => Load(first, samples, done, then), first);
        }
        else
        {
            _graph.Run(samples, done => Load(first, samples, done, then), Chunks(samples), inputs => Passes(samples, units, done => inputs[done / _chunk], first));
        }
    }

    public void Dispose()
    {
        _graph?.Dispose();
        _reader.Dispose();
        _nats.Dispose();
    }

    // The kernels of a step, the same ones for every step of a size where the objective is static.
    private void Passes(int samples, long units, Func<int, Tensor[]> batch, long first)
    {
        _nats.zero_();
        for (var done = 0; done < samples; done += _chunk)
        {
            if (Seat is not null)
            {
                _nats.add_(Seat.Gradients((NextToken)_loss, first + done, Count(samples, done), units));
                continue;
            }

            using var scope = NewDisposeScope();
            var inputs = batch(done);
            var loss = _loss.LossSum(inputs, first + done);
            HeapLimit?.Check();
            (loss / units).backward();
            _nats.add_(loss.detach().to(float64));
        }

        _optimizer.Step();
        _loss.Parameters.DropGradients();
    }

    private Tensor[] Load(long first, int samples, int done, int? then)
    {
        var next = done + _chunk < samples ? (first + done + _chunk, Count(samples, done + _chunk)) : then is { } more ? (first + samples, Count(more, 0)) : ((long, int)?)null;
        var host = _reader.Read(first + done, Count(samples, done), next);
        return [.. host.Select(t => Transfer.To(t, _device))];
    }

    private int[] Chunks(int samples) => [.. Enumerable.Range(0, (samples + _chunk - 1) / _chunk).Select(c => c * _chunk)];

    private int Count(int samples, int done) => Math.Min(_chunk, samples - done);
}
