using System.Globalization;
using System.Runtime.InteropServices;
using ScaleLab.Contracts;

namespace ScaleLab.Runner.Native;

/// <summary>A limit on the native heap, where libtorch keeps its CPU tensors: a run that passes it ends with an error, before Linux ends the process.</summary>
/// <param name="bytes">In use at once.</param>
internal sealed partial class HeapLimit(long bytes)
{
    public const string Variable = "SCALELAB_HEAP_LIMIT";

    /// <summary>Bytes handed out by malloc(3) and not given back, mapped ones included.</summary>
    public static long InUse => Information() is var i ? (long)(i.InUse + i.Mapped) : 0;

    /// <summary>Null where the environment sets no limit.</summary>
    /// <exception cref="InputException">It is no number of bytes.</exception>
    public static HeapLimit? FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? new HeapLimit(bytes)
        : throw new InputException($"{Variable} is '{text}', not a number of bytes");

    /// <exception cref="InsufficientMemoryException">More is in use.</exception>
    public void Check()
    {
        if (InUse is var used && used > bytes)
        {
            throw new InsufficientMemoryException(FormattableString.Invariant($"out of memory: {used} bytes in use, {bytes} allowed by {Variable}"));
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial HeapInformation Information();

    // struct mallinfo2 of mallinfo(3), glibc 2.33.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HeapInformation
    {
        public readonly nuint Arena;
        public readonly nuint FreeChunks;
        public readonly nuint FastBlocks;
        public readonly nuint MappedRegions;
        public readonly nuint Mapped;
        public readonly nuint MostEver;
        public readonly nuint FastFree;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Releasable;
    }
}
