using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>Tells glibc to keep freed memory: activations come and go every step, and returning them to the kernel costs page faults.</summary>
internal static partial class Malloc
{
    private const int MmapThreshold = -3;
    private const int TrimThreshold = -1;
    private const int TopPad = -2;

    public static void KeepFreedMemory()
    {
        _ = Set(MmapThreshold, 32 << 20);
        _ = Set(TrimThreshold, int.MaxValue);
        _ = Set(TopPad, 64 << 20);
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
