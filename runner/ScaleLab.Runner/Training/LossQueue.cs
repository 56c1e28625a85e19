using System.Runtime.InteropServices;
using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Training;

/// <summary>
/// Losses on their way to the host, first in, first out. On a GPU each is copied to pinned memory behind its step and an event marks the copy, so that
/// reading it waits for that step and not for the next one, which the device has begun by then.
/// </summary>
/// <param name="device">Where losses come from.</param>
/// <param name="runAhead">Whether later steps may be asked for before a loss is read.</param>
internal sealed class LossQueue(Device device, bool runAhead) : IDisposable
{
    /// <summary>Steps under way at once.</summary>
    public const int Depth = 2;

    private readonly bool _gpu = device.type == TorchSharp.DeviceType.CUDA;
    private readonly Slot[] _slots = runAhead && device.type == TorchSharp.DeviceType.CUDA ? [.. Enumerable.Range(0, Depth).Select(_ => Slot.TryCreate()).OfType<Slot>()] : [];
    private readonly Queue<double> _there = [];
    private long _pushed;
    private long _popped;

    /// <summary>Whether a loss may be read while later steps run. Where CUDA's events cannot be had, a push waits for its step.</summary>
    public bool RunsAhead => runAhead && (!_gpu || HasSlots);

    private bool HasSlots => _slots.Length == Depth;

    /// <param name="loss">Float64 scalar, overwritten by the next step.</param>
    public void Push(Tensor loss)
    {
        if (HasSlots)
        {
            _slots[_pushed++ % Depth].Take(loss);
        }
        else
        {
            _there.Enqueue(loss.item<double>());
        }
    }

    public double Pop() => HasSlots ? _slots[_popped++ % Depth].Read() : _there.Dequeue();

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }
    }

    private sealed class Slot(Tensor pinned, CudaEvent arrived) : IDisposable
    {
        public static Slot? TryCreate()
        {
            using var scope = NewDisposeScope();
            return CudaEvent.TryCreate() is { } arrived ? new Slot(zeros([1], float64).pin_memory().DetachFromDisposeScope(), arrived) : null;
        }

        public void Take(Tensor loss)
        {
            pinned.copy_(loss, true);
            arrived.Record();
        }

        public double Read()
        {
            arrived.Wait();
            return MemoryMarshal.Read<double>(pinned.bytes);
        }

        public void Dispose()
        {
            arrived.Dispose();
            pinned.Dispose();
        }
    }
}
