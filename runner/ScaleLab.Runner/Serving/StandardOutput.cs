using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaleLab.Runner.Serving;

/// <summary>Keeps the protocol clean: native code prints to standard output when it likes.</summary>
internal static partial class StandardOutput
{
    /// <summary>Points standard output at standard error, for native code too.</summary>
    /// <returns>A stream on what standard output was.</returns>
    public static Stream Take()
    {
        var saved = Duplicate(1);
        if (saved < 0 || DuplicateOnto(2, 1) < 0)
        {
            throw new IOException($"cannot redirect standard output: error {Marshal.GetLastPInvokeError()}");
        }

        return new FileStream(new SafeFileHandle(saved, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int DuplicateOnto(int descriptor, int target);
}
