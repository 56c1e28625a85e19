using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

internal static unsafe class Memory
{
    /// <summary>The first element of a contiguous CPU tensor; valid while the tensor is.</summary>
    public static T* Of<T>(Tensor t)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(t.bytes));
}
