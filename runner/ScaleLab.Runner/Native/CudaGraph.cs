using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Native;

/// <summary>
/// A CUDA graph: <c>at::cuda::CUDAGraph</c>, which TorchSharp does not wrap, by its mangled names as they are in libtorch 2.8 to 2.12. Not run on a GPU.
/// </summary>
/// <remarks>An error in here is a C++ exception that nothing catches, and ends the process: <c>scalelab doctor</c> tries it out, and so does <see cref="Training.CaptureGuard"/>.</remarks>
internal sealed unsafe class CudaGraph : IRecordedStep
{
    private const string Construct = "_ZN2at4cuda9CUDAGraphC1Eb";
    private const string Begin = "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode";
    private const string End = "_ZN2at4cuda9CUDAGraph11capture_endEv";
    private const string Replay = "_ZN2at4cuda9CUDAGraph6replayEv";
    private const string Destruct = "_ZN2at4cuda9CUDAGraphD1Ev";

    // The object has some hundred bytes; C++ builds it in place.
    private const int ObjectBytes = 8192;

    // cudaStreamCaptureModeThreadLocal: what other threads of the process do is their business.
    private const int ThreadLocal = 1;

    private readonly void* _graph = NativeMemory.AllocZeroed(ObjectBytes);
    private readonly nint _replay;
    private readonly nint _destruct;

    private CudaGraph(nint construct, nint replay, nint destruct)
    {
        (_replay, _destruct) = (replay, destruct);
        ((delegate* unmanaged<void*, byte, void>)construct)(_graph, 0);
    }

    /// <summary>Which symbols of graphs, streams and events this libtorch lacks; one without CUDA lacks all.</summary>
    public static IReadOnlyList<string> Missing =>
        [.. new[] { Construct, Begin, End, Replay, Destruct }.Where(s => !LibTorch.TryFind(s, out _)), .. CudaStream.Missing, .. CudaEvent.Missing];

    /// <summary>Records what <paramref name="work"/> asks of the device, which does none of it. The memory that it takes stays its own.</summary>
    /// <param name="work">Done before, on the same stream, so that nothing in it is done for the first time; it may not wait for the device.</param>
    /// <returns>Null where this libtorch, or the stream of this thread, cannot record.</returns>
    public static IRecordedStep? TryCapture(Action work)
    {
        // 0 is the default stream.
        if (!LibTorch.TryFind(Construct, out var construct) || !LibTorch.TryFind(Begin, out var begin) || !LibTorch.TryFind(End, out var end)
            || !LibTorch.TryFind(Replay, out var replay) || !LibTorch.TryFind(Destruct, out var destruct) || CudaStream.Raw() is null or 0)
        {
            return null;
        }

        cuda.synchronize();
        var graph = new CudaGraph(construct, replay, destruct);

        // A pool of memory (0, 0) is a new one. A std::pair of two integers travels as the two integers.
        ((delegate* unmanaged<void*, ulong, ulong, int, void>)begin)(graph._graph, 0, 0, ThreadLocal);
        work();
        ((delegate* unmanaged<void*, void>)end)(graph._graph);
        return graph;
    }

    public void Repeat() => ((delegate* unmanaged<void*, void>)_replay)(_graph);

    public void Dispose()
    {
        cuda.synchronize();
        ((delegate* unmanaged<void*, void>)_destruct)(_graph);
        NativeMemory.Free(_graph);
    }
}
