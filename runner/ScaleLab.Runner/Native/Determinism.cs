using System.Runtime.InteropServices;

namespace ScaleLab.Runner.Native;

/// <summary>Prefers kernels that give the same bits each time, which on a GPU is not the default: <c>at::Context</c>'s setters, which TorchSharp does not wrap.</summary>
internal static unsafe partial class Determinism
{
    private const string GlobalContext = "_ZN2at13globalContextEv";
    private const string Deterministic = "_ZN2at7Context26setDeterministicAlgorithmsEbb";
    private const string FillUninitialized = "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb";

    /// <returns>False where this libtorch does not export the setters: atomic additions then decide the last bits.</returns>
    public static bool TrySet(bool on = true)
    {
        if (!LibTorch.TryFind(GlobalContext, out var context) || !LibTorch.TryFind(Deterministic, out var set) || !LibTorch.TryFind(FillUninitialized, out var fill))
        {
            return false;
        }

        // cuBLAS asks for this before it gives the same bits each time; it reads it when a device is first used.
        _ = SetVariable("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);

        // An operator without such a kernel warns and goes on. Fresh memory is not filled: nothing here reads it before it writes.
        var global = ((delegate* unmanaged<nint>)context)();
        ((delegate* unmanaged<nint, byte, byte, void>)set)(global, on ? (byte)1 : (byte)0, 1);
        ((delegate* unmanaged<nint, byte, void>)fill)(global, 0);
        return true;
    }

    // What .NET sets, native code does not see.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
