using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>What the driver says of itself and of a GPU: TorchSharp wraps none of it. Driver and libtorch number the devices alike.</summary>
internal static unsafe partial class CudaDriver
{
    private const string Library = "libcuda.so.1";
    private const int NameBytes = 256;
    private const int CapabilityMajor = 75;
    private const int CapabilityMinor = 76;

    /// <summary>The newest CUDA that the driver serves: 12080 is 12.8. Null where there is no driver.</summary>
    public static int? Version => NativeLibrary.TryLoad(Library, out _) && DriverGetVersion(out var version) == 0 ? version : null;

    /// <summary>The CUDA that libtorch was built with; null for a libtorch without.</summary>
    public static int? RuntimeVersion
    {
        get
        {
            var version = 0;
            return LibTorch.TryFind("cudaRuntimeGetVersion", out var get) && ((delegate* unmanaged<int*, int>)get)(&version) == 0 ? version : null;
        }
    }

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

    /// <summary>Bytes of the device in use that nobody has taken; null before the first tensor on it.</summary>
    public static long? FreeBytes => NativeLibrary.TryLoad(Library, out _) && MemoryGetInfo(out var free, out _) == 0 ? (long)free : null;

    /// <param name="ordinal">The k of <c>cuda:k</c>.</param>
    /// <returns>Compute capability, <c>9.0</c>; null where the driver does not say.</returns>
    public static string? Capability(int ordinal) =>
        Handle(ordinal) is { } device && DeviceGetAttribute(out var major, CapabilityMajor, device) == 0 && DeviceGetAttribute(out var minor, CapabilityMinor, device) == 0
            ? FormattableString.Invariant($"{major}.{minor}")
            : null;

    /// <summary><c>GPU-…</c>, by which every library of the driver knows it; null where the driver does not say.</summary>
    /// <param name="ordinal">The k of <c>cuda:k</c>.</param>
    public static string? Uuid(int ordinal)
    {
        var bytes = stackalloc byte[16];
        return Handle(ordinal) is { } device && DeviceGetUuid(bytes, device) == 0 ? $"GPU-{new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true)}" : null;
    }

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

    [LibraryImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static partial int DriverGetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int MemoryGetInfo(out nuint free, out nuint total);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static partial int DeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(Library, EntryPoint = "cuDeviceGetUuid")]
    private static partial int DeviceGetUuid(byte* uuid, int device);
}
