namespace ScaleLab.Runner.Native;

/// <summary>A mark in the stream of this thread that the host can wait for, while the device goes on with what follows. CUDA's own C interface. Not run on a GPU.</summary>
internal sealed unsafe class CudaEvent : IDisposable
{
    private const string Create = "cudaEventCreateWithFlags";
    private const string Destroy = "cudaEventDestroy";
    private const string RecordIn = "cudaEventRecord";
    private const string Synchronize = "cudaEventSynchronize";

    // cudaEventDisableTiming: the cheapest kind.
    private const uint DisableTiming = 2;

    private readonly nint _event;
    private readonly nint _record;
    private readonly nint _wait;
    private readonly nint _destroy;

    private CudaEvent(nint handle, nint record, nint wait, nint destroy) => (_event, _record, _wait, _destroy) = (handle, record, wait, destroy);

    /// <summary>Which of the symbols are missing; a libtorch without CUDA lacks all.</summary>
    public static IEnumerable<string> Missing => new[] { Create, Destroy, RecordIn, Synchronize }.Where(s => !LibTorch.TryFind(s, out _));

    /// <returns>Null where CUDA's runtime cannot be called by name.</returns>
    public static CudaEvent? TryCreate()
    {
        nint handle = 0;
        return CudaStream.Raw() is not null
            && LibTorch.TryFind(Create, out var create) && LibTorch.TryFind(Destroy, out var destroy)
            && LibTorch.TryFind(RecordIn, out var record) && LibTorch.TryFind(Synchronize, out var wait)
            && ((delegate* unmanaged<nint*, uint, int>)create)(&handle, DisableTiming) == 0
            ? new CudaEvent(handle, record, wait, destroy)
            : null;
    }

    public void Record() => Check(((delegate* unmanaged<nint, nint, int>)_record)(_event, CudaStream.Raw()!.Value));

    /// <summary>Returns when the device has come to the mark.</summary>
    public void Wait() => Check(((delegate* unmanaged<nint, int>)_wait)(_event));

    public void Dispose() => ((delegate* unmanaged<nint, int>)_destroy)(_event);

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"CUDA error {error} in a training step"));
        }
    }
}
