using ScaleLab.Runner.Native;
using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>Operators of libtorch that TorchSharp does not wrap, each as a TorchScript function of one call.</summary>
internal static class Operators
{
    // A syntax error here would abort the process: it is a constant, and tested.
    private const string Source = """
        def rms_norm(x: Tensor, gain: Tensor, eps: float) -> Tensor:
            return torch.rms_norm(x, gain.size(), gain, eps)

        def embedding(table: Tensor, ids: Tensor) -> Tensor:
            return torch.embedding(table, ids)

        """;

    private static readonly Script Compiled = new(Source);

    /// <summary>One kernel each way on a GPU, where the formula takes seven.</summary>
    /// <param name="x">(…, C).</param>
    /// <param name="gain">(C), of the same type.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor RmsNorm(Tensor x, Tensor gain, double epsilon) => (Tensor)Compiled.Call("rms_norm", x, gain, epsilon);

    /// <summary>Rows of a table. Its gradient is summed in a fixed order, which that of <c>index_select</c> is not on a GPU.</summary>
    /// <param name="table">(V, C).</param>
    /// <param name="ids">Int64 (…).</param>
    public static Tensor Embedding(Tensor table, Tensor ids) => (Tensor)Compiled.Call("embedding", table, ids);
}
