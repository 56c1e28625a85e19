namespace ScaleLab.Runner.Native;

/// <summary>TorchScript's own compiler of elementwise kernels, which TorchSharp does not wrap.</summary>
internal static unsafe class ScriptFuser
{
    private const string Setter = "_ZN5torch3jit25setTensorExprFuserEnabledEb";

    /// <summary>Our scripts are lists of whole operators: nothing is gained by compiling what lies between, and on a GPU it would be compiled in the middle of training.</summary>
    /// <returns>False where this libtorch does not export the switch.</returns>
    public static bool TryDisable()
    {
        if (!LibTorch.TryFind(Setter, out var set))
        {
            return false;
        }

        ((delegate* unmanaged<byte, void>)set)(0);
        return true;
    }
}
