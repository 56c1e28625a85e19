using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>Frees TorchSharp's native scalars seconds late.</summary>
/// <remarks>
/// TorchSharp wraps the number of <c>tensor * 0.5</c> in a native scalar, hands its address to the operator and forgets it: a collection that
/// another thread begins in between frees it, and the operator reads what is left there ("Expected false to be true").
/// TorchSharp gives no way in, so the shim's <c>THSTorch_dispose_scalar</c> is led here in memory. The library on disk stays as it is.
/// </remarks>
internal static unsafe partial class ScalarLifetime
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;

    // Operators read their numbers within microseconds, on a machine full of work within milliseconds.
    private const long DelayMilliseconds = 2000;

    // sizeof(c10::Scalar). TorchSharp makes scalars of numbers only, so there is nothing but their memory to give back.
    private const nuint Size = 32;

    private static readonly Lock Gate = new();
    private static readonly Queue<(long Due, nint Scalar)> Waiting = new();

    /// <summary>Does nothing where the machine lets no process change its code: scalars are then freed as TorchSharp has it.</summary>
    /// <param name="shim">TorchSharp's native library.</param>
    public static void Extend(nint shim)
    {
        var function = NativeLibrary.GetExport(shim, "THSTorch_dispose_scalar");
        nint page = Environment.SystemPageSize;
        var (first, length) = (function / page * page, (nuint)(2 * page));
        if (Protect(first, length, Read | Write | Execute) != 0)
        {
            return;
        }

        // mov rax, address; jmp rax
        var code = new Span<byte>((void*)function, 12);
        ReadOnlySpan<byte> head = [0x48, 0xB8], tail = [0xFF, 0xE0];
        head.CopyTo(code);
        BitConverter.TryWriteBytes(code[2..], (long)(delegate* unmanaged<nint, void>)&Dispose);
        tail.CopyTo(code[10..]);
        _ = Protect(first, length, Read | Execute);
    }

    [UnmanagedCallersOnly]
    private static void Dispose(nint scalar)
    {
        var now = Environment.TickCount64;
        lock (Gate)
        {
            Waiting.Enqueue((now + DelayMilliseconds, scalar));
            while (Waiting.Peek().Due <= now)
            {
                Free(Waiting.Dequeue().Scalar, Size);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    // operator delete(void*, size_t)
    [LibraryImport("libstdc++.so.6", EntryPoint = "_ZdlPvm")]
    private static partial void Free(nint memory, nuint size);
}
