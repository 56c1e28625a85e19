using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>
/// Runs steps of one size from inputs that stay where they are in memory, and, where CUDA can record them, records a whole step once and repeats it: the
/// kernels of a small model are over sooner than the host can ask for them one by one.
/// </summary>
/// <param name="capture">Records what an action asks of the device, without doing it; null from where it cannot, and each step is then asked for anew.</param>
internal sealed class StepGraph(Func<Action, IRecordedStep?> capture) : IDisposable
{
    // Libraries choose their kernels and take their workspaces in the first steps; PyTorch's own recipe has three.
    internal const int WarmUps = 3;

    private Tensor[][] _inputs = [];
    private int _samples;
    private int _done;
    private IRecordedStep? _recorded;

    /// <summary>Steps that were repeated from a record.</summary>
    public long Repeated { get; private set; }

    /// <param name="samples">Of the step: with another number than last time, all begins anew.</param>
    /// <param name="load">The inputs of a chunk, by the number of its first sample in the step.</param>
    /// <param name="chunks">Those numbers.</param>
    /// <param name="step">The step on inputs that it is given chunk by chunk.</param>
    public void Run(int samples, Func<int, Tensor[]> load, IReadOnlyList<int> chunks, Action<Tensor[][]> step)
    {
        if (samples != _samples)
        {
            Drop();
            _samples = samples;
        }

        for (var i = 0; i < chunks.Count; i++)
        {
            using var scope = NewDisposeScope();
            var batch = load(chunks[i]);
            if (_inputs.Length < chunks.Count)
            {
                _inputs = [.. _inputs, [.. batch.Select(t => t.clone().DetachFromDisposeScope())]];
            }
            else
            {
                foreach (var (into, from) in _inputs[i].Zip(batch))
                {
                    into.copy_(from, true);
                }
            }
        }

        if (_recorded is not null)
        {
            _recorded.Repeat();
            Repeated++;
            return;
        }

        step(_inputs);
        if (++_done == WarmUps)
        {
            _recorded = capture(() => step(_inputs));
        }
    }

    public void Dispose() => Drop();

    private void Drop()
    {
        _recorded?.Dispose();
        foreach (var t in _inputs.SelectMany(i => i))
        {
            t.Dispose();
        }

        (_recorded, _inputs, _done) = (null, [], 0);
    }
}
