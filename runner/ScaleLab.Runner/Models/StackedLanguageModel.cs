using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Models;

/// <summary>
/// Language models of one shape, each with weights and tokens of its own, in one pass: products are batched over a leading dimension of the replicas
/// (Wang et al. 2021, "Horizontally Fused Training Array"). A small model leaves most of a GPU idle between two launches; R of them launch no more.
/// </summary>
internal static class StackedLanguageModel
{
    /// <param name="models">R models of one shape, type and device.</param>
    /// <param name="tokens">Int64 (R, B, T).</param>
    /// <param name="targets">Int64 (R, B, T); −100 is not counted.</param>
    /// <returns>(R): the sum of each one's cross entropies in nats, with the graph down to each one's parameters.</returns>
    public static Tensor LossSums(IReadOnlyList<LanguageModel> models, Tensor tokens, Tensor targets)
    {
        var (model, shape) = (models[0], models[0].Shape);
        var (replicas, length) = (tokens.shape[0], tokens.shape[2]);
        var weights = model.Parameters.All.Select((p, i) => (p.Name, Value: stack(models.Select(m => m.Parameters.All[i].Value)))).ToDictionary(p => p.Name, p => p.Value);
        var unit = ones([shape.Width], weights["norm"].dtype, tokens.device);

        // Each looks up its own table: (R·V, C), rows of replica r from r·V on.
        var table = weights["embedding"];
        var rows = tokens.reshape(replicas, -1) + (arange(replicas, dtype: ScalarType.Int64, device: tokens.device) * shape.Vocabulary).view(replicas, 1);
        var x = Layers.Embedding(table.view(-1, shape.Width), rows.view(-1)); // (R·B·T, C)
        (x, var normed) = AddNorm(x, null, weights["blocks.0.attention.norm"]);
        for (var l = 0; l < shape.Depth; l++)
        {
            var block = FormattableString.Invariant($"blocks.{l}");
            var mixed = model.Attention(Linear(normed, $"{block}.attention.qkv").view(-1, 3L * shape.Width), length);
            (x, normed) = AddNorm(x, Linear(mixed, $"{block}.attention.out"), weights[$"{block}.mlp.norm"]);
            var hidden = Layers.SwiGlu(Linear(normed, $"{block}.mlp.gate_up").view(-1, 2L * shape.FeedForward));
            var next = l + 1 < shape.Depth ? weights[FormattableString.Invariant($"blocks.{l + 1}.attention.norm")] : weights["norm"] * LanguageModel.HeadScale(shape);
            (x, normed) = AddNorm(x, Linear(hidden, $"{block}.mlp.down"), next);
        }

        var logits = Linear(normed, shape.Tied ? "embedding" : "head").view(-1, shape.Vocabulary);
        return F.cross_entropy(logits.to(table.dtype), targets.reshape(-1), reduction: nn.Reduction.None).view(replicas, -1).sum(1);

        // (R·B·T, in) · (R, out, in) → (R, B·T, out)
        Tensor Linear(Tensor input, string name)
        {
            var weight = weights[name].to(model.MatmulType);
            return bmm(input.view(replicas, -1, weight.shape[2]), weight.transpose(1, 2));
        }

        // The norm is everyone's, its gain (R, C) is not.
        (Tensor Stream, Tensor Normed) AddNorm(Tensor stream, Tensor? delta, Tensor gain)
        {
            var (sum, plain) = Layers.AddNorm(stream, delta?.to(stream.dtype).view(-1, shape.Width), unit, stream.dtype);
            return (sum, (plain.view(replicas, -1, shape.Width) * gain.unsqueeze(1)).to(model.MatmulType).view(-1, shape.Width));
        }
    }
}
