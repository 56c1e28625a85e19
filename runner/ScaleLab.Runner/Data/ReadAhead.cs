using static TorchSharp.torch;

namespace ScaleLab.Runner.Data;

/// <summary>Reads the samples that come next on a thread of its own, while a device works on those before. The data are the same: samples are read by number.</summary>
/// <param name="read">By number of the first sample, and count; tensors on the CPU. One thread at a time.</param>
/// <param name="ahead">Else everything is read when it is asked for.</param>
internal sealed class ReadAhead(Func<long, int, Tensor[]> read, bool ahead) : IDisposable
{
    private (long First, int Count) _expected;
    private Task<Tensor[]>? _next;

    /// <param name="first">Number of the first sample.</param>
    /// <param name="count">Samples.</param>
    /// <param name="then">What will be asked for next; null where nothing will.</param>
    public Tensor[] Read(long first, int count, (long First, int Count)? then)
    {
        var batch = Taken(first, count) ?? read(first, count);
        if (ahead && then is { } next)
        {
            _expected = next;
            _next = Task.Run(() => read(next.First, next.Count));
        }

        return batch;
    }

    public void Dispose() => Drop();

    private Tensor[]? Taken(long first, int count)
    {
        if (_next is not null && _expected == (first, count))
        {
            var theirs = _next.GetAwaiter().GetResult();
            _next = null;

            // A tensor belongs to the scope of the thread that made it, and that one had none.
            Tensor[] mine = [.. theirs.Select(t => t.detach())];
            Array.ForEach(theirs, t => t.Dispose());
            return mine;
        }

        Drop();
        return null;
    }

    // Only one thread may read at a time, so what is under way comes to its end.
    private void Drop()
    {
        if (_next is not null)
        {
            try
            {
                Array.ForEach(_next.GetAwaiter().GetResult(), t => t.Dispose());
            }
            catch (Exception)
            {
                // Nobody will ask for it; whoever reads next meets the same.
            }

            _next = null;
        }
    }
}
