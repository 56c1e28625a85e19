using TorchSharp;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Native;

/// <summary>TorchScript functions: a way to kernels that TorchSharp does not wrap.</summary>
/// <param name="source">A syntax error would abort the process, so sources are constants, and tested.</param>
internal sealed class Script(string source) : IDisposable
{
    private readonly jit.CompilationUnit _unit = jit.compile(source);

    /// <param name="function">Its name in the source.</param>
    /// <param name="arguments">Tensors, arrays of tensors, numbers.</param>
    /// <returns>What it returns.</returns>
    public object Call(string function, params object[] arguments)
    {
        // TorchSharp makes a native scalar of each number and forgets it before the script has read it. A collection in between frees it, and the
        // run dies of what is left there ("Expected false to be true"). These live until the call is over.
        object[] kept = [.. arguments.Select(a => a is double number ? (Scalar)number : a)];
        var result = _unit.invoke(function, kept);
        foreach (var scalar in kept.OfType<Scalar>())
        {
            scalar.Dispose();
        }

        return result;
    }

    public void Dispose() => _unit.Dispose();
}
