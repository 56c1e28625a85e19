using static TorchSharp.torch;

namespace ScaleLab.Runner.Models;

/// <summary>Some of the tokens of each sample, by their numbers.</summary>
internal static class Tokens
{
    /// <param name="all">(B, L, V).</param>
    /// <param name="which">Int64 (B, K).</param>
    /// <returns>(B, K, V).</returns>
    public static Tensor Pick(Tensor all, Tensor which) => all.gather(1, which.unsqueeze(-1).expand(-1, -1, all.shape[2]));

    /// <param name="table">(L, V), the same for all samples.</param>
    /// <param name="which">Int64 (B, K).</param>
    /// <returns>(B, K, V).</returns>
    public static Tensor Rows(Tensor table, Tensor which) => table.index_select(0, which.reshape(-1)).view(which.shape[0], which.shape[1], -1);
}
