using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Kernels;

internal static unsafe class Memory
{
    /// <summary>The first element of a contiguous CPU tensor; valid while the tensor is.</summary>
    public static T* Of<T>(Tensor t)
        where T : unmanaged
    {
        if (t.numel() * sizeof(T) <= int.MaxValue)
        {
            return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(t.bytes));
        }

        // .NET's spans end at 2 GB; that of the first element begins where all begin.
        using var all = t.view(-1);
        using var first = all.narrow(0, 0, 1);
        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
