using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>NVML, the library under <c>nvidia-smi</c>: what this process holds on its GPU. Every answer may be missing. Not run on a GPU.</summary>
internal static unsafe partial class NvidiaManagement
{
    private const string Library = "libnvidia-ml.so.1";
    private const int Most = 1024;

    /// <summary>Bytes that this process holds on the first GPU that it sees; null where the driver does not tell, as within some containers.</summary>
    public static long? UsedByThisProcess()
    {
        if (CudaDriver.Uuid(0) is not { } uuid || !NativeLibrary.TryLoad(Library, out _) || Initialize() != 0 || HandleByUuid(uuid, out var device) != 0)
        {
            return null;
        }

        var processes = new ProcessInfo[Most];
        var count = (uint)Most;
        fixed (ProcessInfo* first = processes)
        {
            if (ComputeProcesses(device, ref count, first) != 0)
            {
                return null;
            }
        }

        // All bits set means: not told.
        var mine = processes.AsSpan(0, (int)count).ToArray().FirstOrDefault(p => p.Pid == Environment.ProcessId);
        return mine.UsedBytes is > 0 and < long.MaxValue ? (long)mine.UsedBytes : null;
    }

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByUUID", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HandleByUuid(string uuid, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetComputeRunningProcesses_v3")]
    private static partial int ComputeProcesses(nint device, ref uint count, ProcessInfo* infos);

    // nvmlProcessInfo_t of nvml.h, since version 2 of the call.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ProcessInfo
    {
        public readonly uint Pid;
        public readonly ulong UsedBytes;
        public readonly uint GpuInstance;
        public readonly uint ComputeInstance;
    }
}
