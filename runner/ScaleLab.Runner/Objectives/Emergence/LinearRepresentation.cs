using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Emergence;

/// <summary>
/// The linear representation hypothesis (Park, Choe and Veitch 2023, arXiv:2311.03658): a concept is one direction of the unembedding, in the inner product that makes
/// concepts which vary freely orthogonal, M = Cov(γ)⁻¹. Under M the same direction is a probe of codes and, turned by M, a vector that steers them. All in double.
/// </summary>
internal static class LinearRepresentation
{
    /// <summary>The causal inner product.</summary>
    /// <param name="unembedding">(V, C).</param>
    /// <param name="ridge">
    /// Added to the diagonal of the covariance, as a share of its mean; 0 is the paper's. It asks for V ≫ C, and counts directions in which the table has nothing but noise as much as any other.
    /// </param>
    /// <returns>(C, C).</returns>
    public static Tensor CausalInnerProduct(Tensor unembedding, double ridge = 0)
    {
        var rows = unembedding.to(float64, CPU);
        var centred = rows - rows.mean([0]);
        var covariance = mm(centred.t(), centred) / rows.shape[0];
        var mean = covariance.diagonal().mean().clamp(min: 1e-30); // of a table of zeros
        return linalg.inv(covariance + (ridge * mean * eye(rows.shape[1], dtype: float64)));
    }

    /// <summary>Of each pair the cosine between its difference and the mean difference of the other pairs: 1 where all point the same way, 0 where they share no direction or have no length.</summary>
    /// <param name="differences">(P, C), 2 or more.</param>
    /// <param name="metric">(C, C), positive definite.</param>
    public static double[] LeaveOneOut(Tensor differences, Tensor metric)
    {
        var others = Others(differences);
        var (dot, lengths) = (Inner(others, differences, metric), (Inner(others, others, metric) * Inner(differences, differences, metric)).sqrt());
        return [.. dot.data<double>().Zip(lengths.data<double>(), (d, l) => l > 0 ? d / l : 0)];
    }

    /// <summary>Of each pair, how far the direction of the other pairs, added to a code, raises its log-odds: in units of the spread over pairs of tokens drawn at random, so that 0 is no effect and a direction that pushes everything about counts for little.</summary>
    /// <param name="differences">(P, C), 2 or more.</param>
    /// <param name="unembedding">(V, C).</param>
    /// <param name="metric">(C, C).</param>
    public static double[] Steering(Tensor differences, Tensor unembedding, Tensor metric)
    {
        var steer = mm(Others(differences), metric); // (P, C): what is added to a code
        var shifts = (steer * differences).sum(1);
        var logits = mm(steer, unembedding.t()); // (P, V)
        var spread = Math.Sqrt(2) * logits.std(1, unbiased: false); // of a difference of two tokens
        return [.. shifts.data<double>().Zip(spread.data<double>(), (s, d) => d > 0 ? s / d : 0)];
    }

    /// <summary>Of each pair, whether the direction of the other pairs tells codes that precede its second token from those that precede its first: 2·AUC − 1, 0 by chance.</summary>
    /// <param name="differences">(P, C), 2 or more.</param>
    /// <param name="codes">(N, C).</param>
    /// <param name="next">Int64 (N): the token that followed.</param>
    /// <param name="pairs">Their tokens.</param>
    /// <param name="least">A pair with fewer codes on a side is left out.</param>
    public static IEnumerable<double> Probe(Tensor differences, Tensor codes, Tensor next, IReadOnlyList<(long From, long To)> pairs, int least = 8)
    {
        var others = Others(differences);
        for (var p = 0; p < pairs.Count; p++)
        {
            using var scope = NewDisposeScope();
            var scores = mv(codes, others[p]);
            var (from, to) = (scores[next.eq(pairs[p].From)].data<double>().ToArray(), scores[next.eq(pairs[p].To)].data<double>().ToArray());
            if (from.Length >= least && to.Length >= least)
            {
                yield return (2 * Above(from, to)) - 1;
            }
        }
    }

    /// <summary>3CosAdd (Mikolov et al. 2013): a is to b as c is to the token whose row has the largest cosine with b − a + c, the three left out.</summary>
    /// <param name="unembedding">(V, C).</param>
    /// <param name="a">Row of the first word.</param>
    /// <param name="b">Of the second.</param>
    /// <param name="c">Of the third.</param>
    /// <returns>The row, −1 where several share the largest cosine.</returns>
    public static (int Answer, double Cosine) Analogy(Tensor unembedding, long a, long b, long c)
    {
        using var scope = NewDisposeScope();
        var query = unembedding[b] - unembedding[a] + unembedding[c];
        var cosines = mv(F.normalize(unembedding, dim: 1), F.normalize(query, dim: 0));
        cosines[tensor(new[] { a, b, c })] = double.NegativeInfinity;
        var best = cosines.max().item<double>();
        return (cosines.eq(best).sum().item<long>() == 1 ? (int)cosines.argmax().item<long>() : -1, best);
    }

    // Mean of all rows but one, for each.
    private static Tensor Others(Tensor rows) => (rows.sum(0, keepdim: true) - rows) / (rows.shape[0] - 1);

    private static Tensor Inner(Tensor a, Tensor b, Tensor metric) => (mm(a, metric) * b).sum(1);

    // P(to > from) + ½ P(to = from).
    private static double Above(double[] from, double[] to)
    {
        Array.Sort(from);
        return to.Average(value =>
        {
            var (low, high) = (Bound(from, value, above: false), Bound(from, value, above: true));
            return (low + high) / 2.0 / from.Length;
        });
    }

    // How many of the sorted numbers lie below a value; with those equal to it, where wanted.
    private static int Bound(double[] sorted, double value, bool above)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value || (above && sorted[middle] == value))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
