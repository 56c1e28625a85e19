using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>Streams of libtorch, which TorchSharp does not wrap. Not run on a GPU.</summary>
/// <remarks>
/// <c>c10::cuda::CUDAStream</c> is 16 bytes, device and number: the System V ABI passes and returns such a struct in two registers, as a struct
/// of two integers here.
/// </remarks>
internal static unsafe class CudaStream
{
    private const string FromPool = "_ZN3c104cuda17getStreamFromPoolEba";
    private const string Default = "_ZN3c104cuda20getDefaultCUDAStreamEa";
    private const string SetCurrent = "_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE";
    private const string Current = "aoti_torch_get_current_cuda_stream";

    /// <summary>Which of the symbols this libtorch lacks; a libtorch without CUDA lacks all.</summary>
    public static IEnumerable<string> Missing => new[] { FromPool, Default, SetCurrent, Current }.Where(s => !LibTorch.TryFind(s, out _));

    /// <summary>Gives this thread a stream apart from the default one, on which everything waits and nothing can be captured.</summary>
    /// <returns>False where that cannot be: the default stream serves as well, but for graphs.</returns>
    public static bool TryUseOwn()
    {
        if (!LibTorch.TryFind(FromPool, out var take) || !LibTorch.TryFind(Default, out _) || !LibTorch.TryFind(SetCurrent, out var use))
        {
            return false;
        }

        ((delegate* unmanaged<Handle, void>)use)(((delegate* unmanaged<byte, sbyte, Handle>)take)(0, -1));
        return true;
    }

    /// <summary>Gives this thread the default stream again.</summary>
    /// <returns>False where that cannot be: then it never had another.</returns>
    public static bool TryUseDefault()
    {
        if (!LibTorch.TryFind(Default, out var get) || !LibTorch.TryFind(SetCurrent, out var use))
        {
            return false;
        }

        ((delegate* unmanaged<Handle, void>)use)(((delegate* unmanaged<sbyte, Handle>)get)(-1));
        return true;
    }

    /// <summary>The <c>cudaStream_t</c> that this thread launches on.</summary>
    /// <returns>Null where libtorch does not say.</returns>
    public static nint? Raw()
    {
        nint stream = 0;
        return LibTorch.TryFind(Current, out var get) && ((delegate* unmanaged<int, nint*, int>)get)(-1, &stream) == 0 ? stream : null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Handle
    {
        private readonly ulong _device;
        private readonly long _number;
    }
}
