using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaleLab.Runner.Data;

/// <summary>What .NET has no call for: locks that wait, and folders brought to disk.</summary>
internal static partial class DiskSync
{
    /// <summary>
    /// Waits for the lock on <paramref name="path"/>. The kernel drops it with the process that holds it, however that ends;
    /// the file stays, since deleting it would let two processes hold two locks of one name.
    /// </summary>
    public static SafeFileHandle Lock(string path, Action waiting)
    {
        const int exclusive = 2;
        const int nonBlocking = 4;

        // Not File.OpenHandle: that takes a lock of its own, and throws where it cannot.
        var handle = OpenOrThrow(path, 0x80042); // O_RDWR | O_CREAT | O_CLOEXEC
        if (Flock(handle, exclusive | nonBlocking) != 0)
        {
            waiting();
            while (Flock(handle, exclusive) != 0)
            {
                const int interrupted = 4;
                if (Marshal.GetLastPInvokeError() != interrupted)
                {
                    throw new IOException($"cannot lock {path}: error {Marshal.GetLastPInvokeError()}");
                }
            }
        }

        return handle;
    }

    /// <summary>Makes the bytes of a file, or the names in a folder, survive a power cut.</summary>
    public static void Flush(string path)
    {
        using var handle = OpenOrThrow(path, 0x80000); // O_RDONLY | O_CLOEXEC
        if (Fsync(handle) != 0)
        {
            throw new IOException($"cannot bring {path} to disk: error {Marshal.GetLastPInvokeError()}");
        }
    }

    private static SafeFileHandle OpenOrThrow(string path, int flags)
    {
        const int mode = 0b110_110_100; // rw-rw-r--
        var handle = new SafeFileHandle(Open(path, flags, mode), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"cannot open {path}: error {Marshal.GetLastPInvokeError()}") : handle;
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);
}
