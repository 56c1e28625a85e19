using System.Globalization;
using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>The most memory that this process has held since it was asked to forget the past: on a CPU its resident pages, on a GPU what the driver counts as its own.</summary>
internal static partial class PeakMemory
{
    private static long _before;

    /// <summary>Begins anew. What earlier runs have freed goes back to the system first, where it would count for this one.</summary>
    /// <param name="cuda">Whether the run trains on a GPU.</param>
    public static void Reset(bool cuda)
    {
        if (cuda)
        {
            // libtorch's allocator keeps what it once had, and TorchSharp has no word for letting go.
            _before = NvidiaManagement.UsedByThisProcess() ?? 0;
            return;
        }

        _ = Trim(0);
        try
        {
            // proc(5): 5 resets the peak of the resident set.
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox may forbid it: the peak is then that of the whole process.
        }
    }

    /// <summary>Bytes; null where the system does not tell, or where an earlier run of this process held as much on the GPU.</summary>
    public static long? Bytes(bool cuda) => cuda
        ? NvidiaManagement.UsedByThisProcess() is { } used && used > _before ? used : null
        : HighWater(File.ReadLines("/proc/self/status"));

    /// <param name="status">Lines of <c>/proc/self/status</c>.</param>
    internal static long? HighWater(IEnumerable<string> status) =>
        status.FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..]
        && long.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes) ? kilobytes << 10 : null;

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
