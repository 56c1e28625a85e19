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
        var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
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

    /// <summary>Makes the names in a folder survive a power cut, as <c>fsync</c> of a file does for its bytes.</summary>
    public static void Folder(string path)
    {
        const int readOnly = 0;
        using var folder = new SafeFileHandle(Open(path, readOnly), ownsHandle: true);
        if (folder.IsInvalid || Fsync(folder) != 0)
        {
            throw new IOException($"cannot bring {path} to disk: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);
}
