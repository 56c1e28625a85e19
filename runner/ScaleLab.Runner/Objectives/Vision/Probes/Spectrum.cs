using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ScaleLab.Runner.Objectives.Vision.Probes;

/// <summary>What the spectrum of the features says of their quality, without labels. All in double; features must be finite.</summary>
internal static class Spectrum
{
    /// <summary>Effective rank of the features as they are (Garrido et al. 2023, eq. 1): 1 … min(N, d). Compares runs of one method, not methods.</summary>
    /// <param name="features">(N, d).</param>
    public static double RankMe(Tensor features) => EffectiveRank(linalg.svdvals(features.to(float64, CPU)), epsilon: 1e-7);

    /// <summary>Effective rank of what tells images apart over what tells views of one image apart (Thilak et al. 2024, section 3).</summary>
    /// <param name="features">(images, views, d), 2 or more of both.</param>
    public static double Lidar(Tensor features)
    {
        const double ridge = 1e-4;
        var x = features.to(float64, CPU);
        var (images, views, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var means = x.mean([1]);
        var between = means - means.mean([0]);
        var within = (x - means.unsqueeze(1)).reshape(-1, width);
        var (values, vectors) = linalg.eigh((mm(within.t(), within) / (images * (views - 1))) + (ridge * eye(width, dtype: float64)));
        var whitened = mm(between, vectors / values.sqrt()); // Σ_w^−½ but for a rotation, which no eigenvalue sees
        return EffectiveRank(linalg.eigvalsh(mm(whitened.t(), whitened) / (images - 1)).clamp(min: 0), epsilon: 1e-8);
    }

    /// <summary>α-ReQ (Agrawal et al. 2022): how fast the eigenvalues λ_i of the covariance fall, as the slope of −ln λ_i on ln i; near 1 is good.</summary>
    /// <param name="features">(N, d); eigenvalues that are zero but for rounding are left out.</param>
    public static double AlphaReq(Tensor features)
    {
        var x = features.to(float64, CPU);
        var centred = x - x.mean([0]);
        var eigenvalues = linalg.eigvalsh(mm(centred.t(), centred) / (x.shape[0] - 1)).data<double>().Reverse().ToArray();
        var logs = eigenvalues.TakeWhile(e => e > 1e-12 * eigenvalues[0]).Select(e => Math.Log(e)).ToArray();
        var ranks = Enumerable.Range(1, logs.Length).Select(i => Math.Log(i)).ToArray();
        var (meanRank, meanLog) = (ranks.Average(), logs.Average());
        return -ranks.Zip(logs, (r, l) => (r - meanRank) * (l - meanLog)).Sum() / ranks.Sum(r => (r - meanRank) * (r - meanRank));
    }

    /// <summary>Standard deviation of a dimension of the directions of the features, times √d, mean over d: 1 where they spread over the sphere, 0 where they have collapsed to a point.</summary>
    /// <param name="features">(N, d), of any length.</param>
    public static double Spread(Tensor features)
    {
        var directions = F.normalize(features.to(float64), dim: 1);
        return directions.std(0, unbiased: false).mean().item<double>() * Math.Sqrt(features.shape[1]);
    }

    private static double EffectiveRank(Tensor values, double epsilon)
    {
        var p = (values / values.sum()) + epsilon;
        return Math.Exp(-(p * p.log()).sum().item<double>());
    }
}
