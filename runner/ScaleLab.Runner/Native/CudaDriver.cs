using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>Name and memory of a GPU, from the driver: TorchSharp wraps neither. Driver and libtorch number the devices alike.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";
    private const int NameBytes = 256;

    /// <param name="ordinal">The k of <c>cuda:k</c>.</param>
    /// <returns>Null where the driver does not say.</returns>
    public static string? Name(int ordinal)
    {
        var name = stackalloc byte[NameBytes];
        return Handle(ordinal) is { } device && DeviceGetName(name, NameBytes, device) == 0 ? Marshal.PtrToStringUTF8((nint)name) : null;
    }

    /// <param name="ordinal">The k of <c>cuda:k</c>.</param>
    /// <returns>Null where the driver does not say.</returns>
    public static long? MemoryBytes(int ordinal) =>
        Handle(ordinal) is { } device && DeviceTotalMemory(out var bytes, device) == 0 ? (long)bytes : null;

    private static int? Handle(int ordinal) =>
        NativeLibrary.TryLoad(Library, out _) && Initialize(0) == 0 && DeviceGet(out var device, ordinal) == 0 ? device : null;

    [LibraryImport(Library, EntryPoint = "cuInit")]
    private static partial int Initialize(uint flags);

    [LibraryImport(Library, EntryPoint = "cuDeviceGet")]
    private static partial int DeviceGet(out int device, int ordinal);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetName")]
    private static partial int DeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static partial int DeviceTotalMemory(out nuint bytes, int device);
}
