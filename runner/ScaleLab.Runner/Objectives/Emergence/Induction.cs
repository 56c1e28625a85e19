using ScaleLab.Runner.Data;
using ScaleLab.Runner.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Emergence;

/// <summary>
/// Induction heads (Elhage et al. 2021; Olsson et al. 2022, arXiv:2209.11895): on sequences of random tokens that come twice, a head that looks from the second copy of
/// a token to what followed its first copy, and raises that token's logit. Random tokens leave nothing else to predict from.
/// </summary>
/// <param name="Prefix">Prefix-matching score of each head, [layer][head]: mean attention to the token after the earlier copy, 0 … 1.</param>
/// <param name="Copy">Copying score of each head: how far seeing a token raises its own logit above those of others, −1 … 1, 0 by chance.</param>
/// <param name="FirstLoss">Of the tokens when they come first, nats.</param>
/// <param name="RepeatLoss">Of the same tokens when they come again.</param>
/// <param name="RepeatAccuracy">Share of them that the model predicts exactly.</param>
internal sealed record Induction(double[][] Prefix, double[][] Copy, double FirstLoss, double RepeatLoss, double RepeatAccuracy)
{
    private const int Sequences = 32;

    // Of the random tokens: the same for every run.
    private const ulong Key = 0x494E44554354;

    public double BestPrefix => Prefix.Max(l => l.Max());

    public double BestCopy => Copy.Max(l => l.Max());

    /// <summary>The best head that does both: the product of its two scores, where both are above 0.</summary>
    public double Score => Prefix.Zip(Copy, (p, c) => p.Zip(c, (a, b) => a * Math.Max(0, b)).Max()).Max();

    /// <param name="model">Of two positions of context or more.</param>
    /// <param name="context">T; half of it holds each copy.</param>
    /// <param name="alphabet">Ids that training has shown.</param>
    /// <param name="device">Where the model lives.</param>
    /// <param name="start">What every window begins with, where the corpus has such a symbol.</param>
    public static Induction Measure(LanguageModel model, int context, IReadOnlyList<long> alphabet, Device device, long? start = null)
    {
        using var scope = NewDisposeScope();
        var lead = start is null ? 0 : 1;
        var length = (context - lead) / 2;
        var random = new SplitMix64(Key);
        var drawn = new long[Sequences * (lead + (2 * length))];
        Array.Fill(drawn, start ?? 0);
        for (var i = 0; i < Sequences; i++)
        {
            var row = drawn.AsSpan((i * (lead + (2 * length))) + lead, 2 * length);
            for (var t = 0; t < length; t++)
            {
                row[t] = row[t + length] = alphabet[random.Below(alphabet.Count)];
            }
        }

        var all = tensor(drawn, [Sequences, lead + (2 * length)]).to(device);
        var tokens = all.narrow(1, lead, 2 * length);
        var choices = tensor(alphabet.ToArray()).to(device);
        var (prefix, copy) = (new List<double[]>(), new List<double[]>());
        var first = tokens.narrow(1, 0, length);
        var logits = model.Logits(all, attended =>
        {
            using var inner = NewDisposeScope();
            prefix.Add(PrefixMatching(attended.Weights.narrow(2, lead, 2 * length).narrow(3, lead, 2 * length).to(float32), length));
            var values = attended.Values.narrow(2, lead, length).to(float32); // (B, H, L, hd)
            copy.Add([.. Enumerable.Range(0, (int)values.shape[1]).Select(h =>
                Copying(values.select(1, h).reshape(-1, values.shape[3]), model.Writes(attended.Block, h).to(float32).index_select(0, choices), first.reshape(-1), choices))]);
        }).narrow(1, lead, 2 * length);

        // Of the first copy all but its first token; of the second the same tokens.
        var losses = F.cross_entropy(logits.narrow(1, 0, (2 * length) - 1).reshape(-1, logits.shape[2]).to(float32), tokens.narrow(1, 1, (2 * length) - 1).reshape(-1), reduction: nn.Reduction.None)
            .view(Sequences, -1);
        var answers = logits.narrow(1, length, length - 1).argmax(-1).eq(tokens.narrow(1, length + 1, length - 1));
        return new Induction(
            [.. prefix],
            [.. copy],
            losses.narrow(1, 0, length - 1).mean().to(float64).item<double>(),
            losses.narrow(1, length, length - 1).mean().to(float64).item<double>(),
            answers.to(float64).mean().item<double>());
    }

    /// <param name="weights">Attention (B, H, 2L, 2L) on sequences whose second half repeats the first.</param>
    /// <param name="length">L, at least 2.</param>
    /// <returns>Of each head the mean weight that queries L … 2L − 2 give to the place L − 1 before them: the token that followed their first copy.</returns>
    public static double[] PrefixMatching(Tensor weights, int length)
    {
        var looked = weights.diagonal(1 - length, 2, 3).narrow(2, 1, length - 1); // (B, H, L − 1)
        return looked.to(float64).mean([0, 2]).cpu().data<double>().ToArray();
    }

    /// <summary>Twice the share of other tokens that get a lower logit than the token seen (ties count half), less 1: no threshold, and the scale of the logits does not matter.</summary>
    /// <param name="values">What the head reads where each token stands, (N, hd).</param>
    /// <param name="writes">From a value to the logits of the K choices, (K, hd).</param>
    /// <param name="seen">Int64 (N): the tokens that stand there, each one of the choices.</param>
    /// <param name="choices">Int64 (K), 2 or more.</param>
    public static double Copying(Tensor values, Tensor writes, Tensor seen, Tensor choices)
    {
        var logits = mm(values, writes.t()); // (N, K)
        var own = seen.unsqueeze(1).eq(choices.unsqueeze(0)); // (N, K)
        var mine = (logits * own.to(logits.dtype)).sum(1, keepdim: true);
        var below = (logits.lt(mine).to(float64) + (0.5 * logits.eq(mine).to(float64))).sum(1) - 0.5; // itself a tie
        return ((2 * below / (choices.shape[0] - 1)) - 1).mean().item<double>();
    }
}
